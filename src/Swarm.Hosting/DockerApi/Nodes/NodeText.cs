namespace Swarm.Hosting.DockerApi;

/// <summary>Names of a node's properties in the Engine API.</summary>
internal static class NodeText
{
    public static string Write(NodeRole role) => role == NodeRole.Manager ? "manager" : "worker";

    public static string Write(NodeAvailability availability) => availability switch
    {
        NodeAvailability.Pause => "pause",
        NodeAvailability.Drain => "drain",
        _ => "active",
    };

    public static string Write(NodeState state) => state switch
    {
        NodeState.Down => "down",
        NodeState.Ready => "ready",
        NodeState.Disconnected => "disconnected",
        _ => "unknown",
    };

    public static string Write(Reachability reachability) => reachability switch
    {
        Reachability.Reachable => "reachable",
        Reachability.Unreachable => "unreachable",
        _ => "unknown",
    };

    public static string Write(NodeMembership membership) =>
        membership == NodeMembership.Accepted ? "accepted" : "pending";

    /// <summary>Reads a role; there is no default.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static NodeRole ReadRole(string? text) => text?.ToUpperInvariant() switch
    {
        "WORKER" => NodeRole.Worker,
        "MANAGER" => NodeRole.Manager,
        _ => throw DockerApiException.BadRequest($"invalid Role: {GoValues.Quote(text ?? "")}"),
    };

    /// <summary>Reads an availability; there is no default.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static NodeAvailability ReadAvailability(string? text) => text?.ToUpperInvariant() switch
    {
        "ACTIVE" => NodeAvailability.Active,
        "PAUSE" => NodeAvailability.Pause,
        "DRAIN" => NodeAvailability.Drain,
        _ => throw DockerApiException.BadRequest($"invalid Availability: {GoValues.Quote(text ?? "")}"),
    };
}
