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
