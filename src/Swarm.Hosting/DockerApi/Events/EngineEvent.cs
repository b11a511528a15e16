namespace Swarm.Hosting.DockerApi;

/// <summary>Something that happened, in the words of <c>docker events</c>.</summary>
/// <param name="Type">Kind of object.</param>
/// <param name="Action">What happened to it.</param>
/// <param name="Id">Id of the object.</param>
/// <param name="Attributes">Its name and what changed.</param>
/// <param name="Time">When it happened.</param>
internal sealed record EngineEvent(
    string Type,
    string Action,
    string Id,
    ValueDictionary<string> Attributes,
    DateTimeOffset Time)
{
    /// <summary>Who asked for it; empty when nobody is known. Shown to those only who filter by it.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Objects of the swarm are seen on every manager; what is of one engine is "local".</summary>
    public string Scope { get; init; } = "swarm";
}
