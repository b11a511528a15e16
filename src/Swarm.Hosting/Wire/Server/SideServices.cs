using Grpc.Core;

namespace Swarm.Hosting.Wire.Server;

/// <summary>SwarmKit's service ResourceAllocator: attachments of containers that are not tasks.</summary>
internal sealed class ResourceAllocatorService : Protos.ResourceAllocator.ResourceAllocatorBase
{
    public override Task<Protos.AttachNetworkResponse> AttachNetwork(
        Protos.AttachNetworkRequest request,
        ServerCallContext context) => throw NoNetworks();

    public override Task<Protos.DetachNetworkResponse> DetachNetwork(
        Protos.DetachNetworkRequest request,
        ServerCallContext context) => throw NoNetworks();

    private static SwarmException NoNetworks() => new(
        SwarmErrorCode.Unimplemented,
        "the networks of this swarm are not attachable: this version of the manager has none");
}

/// <summary>SwarmKit's service Health.</summary>
internal sealed class HealthService(ManagerServices services) : Protos.Health.HealthBase
{
    public override Task<Protos.HealthCheckResponse> Check(
        Protos.HealthCheckRequest request,
        ServerCallContext context) => Task.FromResult(new Protos.HealthCheckResponse
        {
            Status = services.Cluster() is null
                ? Protos.HealthCheckResponse.Types.ServingStatus.NotServing
                : Protos.HealthCheckResponse.Types.ServingStatus.Serving,
        });
}
