using Grpc.Core;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Server;

/// <summary>SwarmKit's service ResourceAllocator: attachments of containers that are not tasks.</summary>
internal sealed class ResourceAllocatorService(ManagerServices services)
    : Protos.ResourceAllocator.ResourceAllocatorBase
{
    public override async Task<Protos.AttachNetworkResponse> AttachNetwork(
        Protos.AttachNetworkRequest request,
        ServerCallContext context)
    {
        var id = await services.RequireAttachments().AttachAsync(
            Caller.NodeOf(context),
            request.ContainerId,
            (request.Config ?? throw SwarmException.InvalidArgument("invalid argument")).ToRecord(),
            context.CancellationToken);
        return new() { AttachmentId = id.Value };
    }

    public override async Task<Protos.DetachNetworkResponse> DetachNetwork(
        Protos.DetachNetworkRequest request,
        ServerCallContext context)
    {
        await services.RequireAttachments().DetachAsync(
            Caller.NodeOf(context),
            new(request.AttachmentId),
            context.CancellationToken);
        return new();
    }
}

/// <summary>SwarmKit's service Health. A manager that has opened its port serves, also while it has no log yet.</summary>
internal sealed class HealthService : Protos.Health.HealthBase
{
    public override Task<Protos.HealthCheckResponse> Check(
        Protos.HealthCheckRequest request,
        ServerCallContext context) => Task.FromResult(new Protos.HealthCheckResponse
        {
            Status = Protos.HealthCheckResponse.Types.ServingStatus.Serving,
        });
}
