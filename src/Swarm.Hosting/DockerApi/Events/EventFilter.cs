namespace Swarm.Hosting.DockerApi;

/// <summary>Which events a client wants; keys the Engine does not know are ignored, as there.</summary>
internal static class EventFilter
{
    private static readonly string[] Kinds =
        ["service", "node", "secret", "config", "container", "network", "volume", "plugin", "daemon"];

    public static bool Matches(DockerFilters filters, EngineEvent engineEvent) =>
        filters.MatchesExact("type", engineEvent.Type)
        && filters.MatchesExact("event", engineEvent.Action)
        && filters.MatchesExact("scope", engineEvent.Scope)
        && filters.MatchesLabels("label", engineEvent.Attributes)
        && MatchesImage(filters, engineEvent)
        && Kinds.All(kind => MatchesObject(filters, kind, engineEvent));

    private static bool MatchesObject(DockerFilters filters, string kind, EngineEvent engineEvent) =>
        !filters.Has(kind)
        || filters.MatchesPrefix(kind, engineEvent.Id)
        || filters.MatchesPrefix(kind, engineEvent.Attributes["name"] ?? "");

    private static bool MatchesImage(DockerFilters filters, EngineEvent engineEvent) =>
        !filters.Has("image") || filters.MatchesExact("image", engineEvent.Attributes["image"] ?? "");
}
