namespace Swarm.Hosting.DockerApi;

/// <summary>Which events a client wants; keys the Engine does not know are ignored, as there.</summary>
internal static class EventFilter
{
    /// <summary>Key of the filter by who asked for a change.</summary>
    public const string ActorKey = "actor";

    private static readonly string[] Kinds =
        ["service", "node", "secret", "config", "container", "network", "volume", "plugin", "daemon"];

    public static bool Matches(DockerFilters filters, EngineEvent engineEvent) =>
        filters.MatchesExact("type", engineEvent.Type)
        && MatchesAction(filters, engineEvent.Action)
        && filters.MatchesExact("scope", engineEvent.Scope)
        && filters.MatchesLabels("label", engineEvent.Attributes)
        && MatchesImage(filters, engineEvent)
        && MatchesActor(filters, engineEvent)
        && Kinds.All(kind => MatchesObject(filters, kind, engineEvent));

    // "exec_start: ls" is asked for as exec_start, or whole.
    private static bool MatchesAction(DockerFilters filters, string action) =>
        filters.MatchesExact("event", action) || filters.MatchesExact("event", action.Split(':')[0]);

    private static bool MatchesObject(DockerFilters filters, string kind, EngineEvent engineEvent) =>
        !filters.Has(kind)
        || filters.MatchesPrefix(kind, engineEvent.Id)
        || filters.MatchesPrefix(kind, engineEvent.Attributes["name"] ?? "");

    // Ours: "actor=*" asks for what anybody did, as opposed to what the swarm does by itself.
    private static bool MatchesActor(DockerFilters filters, EngineEvent engineEvent) =>
        !filters.Has(ActorKey)
        || (engineEvent.Actor.Length > 0
            && filters.MatchesAny(ActorKey, actor => actor == "*" || actor == engineEvent.Actor));

    private static bool MatchesImage(DockerFilters filters, EngineEvent engineEvent) =>
        !filters.Has("image") || filters.MatchesExact("image", engineEvent.Attributes["image"] ?? "");
}
