using Microsoft.AspNetCore.Http;

namespace Swarm.Dashboard;

/// <summary>Carries out the changes that a page may ask for.</summary>
internal static class Actions
{
    public static Task RunAsync(ISwarmClient client, ActionDocument action, CancellationToken cancellationToken)
    {
        var service = new ServiceId(action.Id ?? "");
        var node = new NodeId(action.Id ?? "");
        return action switch
        {
            { Id: null or "" } => throw Invalid("a change names what it changes"),
            { Kind: "scale", Replicas: >= 0 and var replicas } => client.Services.UpdateAsync(
                service,
                spec => spec.Mode is ReplicatedMode
                    ? spec with { Mode = new ReplicatedMode(replicas) }
                    : throw Invalid("only replicated services can be scaled"),
                cancellationToken),
            { Kind: "force-update" } => client.Services.UpdateAsync(
                service,
                spec => spec with
                {
                    TaskTemplate = spec.TaskTemplate with { ForceUpdate = spec.TaskTemplate.ForceUpdate + 1 },
                },
                cancellationToken),
            { Kind: "rollback" } => client.Services.RollbackAsync(service, version: null, cancellationToken),
            { Kind: "remove-service" } => client.Services.RemoveAsync(service, cancellationToken),
            { Kind: "availability", Value: var word } when AvailabilityOf(word) is { } availability =>
                SetAsync(client, node, availability, cancellationToken),
            { Kind: "remove-node" } => client.Nodes.RemoveAsync(node, force: false, cancellationToken),
            _ => throw Invalid($"the dashboard knows no change \"{action.Kind}\" with these values"),
        };
    }

    public static int StatusOf(SwarmErrorCode code) => code switch
    {
        SwarmErrorCode.InvalidArgument => StatusCodes.Status400BadRequest,
        SwarmErrorCode.NotFound => StatusCodes.Status404NotFound,
        SwarmErrorCode.PermissionDenied => StatusCodes.Status403Forbidden,
        SwarmErrorCode.AlreadyExists or SwarmErrorCode.FailedPrecondition or SwarmErrorCode.UpdateOutOfSequence =>
            StatusCodes.Status409Conflict,
        SwarmErrorCode.Unimplemented => StatusCodes.Status501NotImplemented,
        SwarmErrorCode.Internal => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private static NodeAvailability? AvailabilityOf(string? word) => word switch
    {
        "active" => NodeAvailability.Active,
        "pause" => NodeAvailability.Pause,
        "drain" => NodeAvailability.Drain,
        _ => null,
    };

    private static async Task SetAsync(
        ISwarmClient client,
        NodeId id,
        NodeAvailability availability,
        CancellationToken cancellationToken)
    {
        var node = await client.Nodes.FindAsync(id.Value, cancellationToken);
        await client.Nodes.UpdateAsync(
            node.Id,
            node.Version,
            node.Spec with { Availability = availability },
            cancellationToken);
    }

    private static SwarmException Invalid(string message) => new(SwarmErrorCode.InvalidArgument, message);
}
