namespace Swarm.Dispatch;

/// <summary>The dispatcher's refusals, in SwarmKit's words.</summary>
internal static class DispatchErrors
{
    /// <summary>The texts by which agents tell an invalid session: it has no status of its own on the wire.</summary>
    public const string SessionInvalidText = "session invalid";

    /// <inheritdoc cref="SessionInvalidText"/>
    public const string MustDisconnectText = "node must disconnect";

    public static SwarmException Stopped() => new(SwarmErrorCode.Unavailable, "dispatcher is stopped");

    public static SwarmException NodeNotFound() => new(SwarmErrorCode.NotFound, "node not found");

    public static SwarmException NotRegistered() => new(SwarmErrorCode.NotFound, "node not registered");

    public static SwarmException SessionInvalid() => new(SwarmErrorCode.SessionInvalid, SessionInvalidText);

    public static SwarmException MustDisconnect() => new(SwarmErrorCode.SessionInvalid, MustDisconnectText);

    public static SwarmException RateLimited(NodeId node) =>
        new(SwarmErrorCode.Unavailable, $"node {node} exceeded rate limit count of registrations");

    public static SwarmException NotYourTask() =>
        new(SwarmErrorCode.PermissionDenied, "cannot update a task not assigned this node");
}
