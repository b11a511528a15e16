using Grpc.Core;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Server;

/// <summary>SwarmKit's service Control: the swarm's objects, for managers that do not lead and pass calls on.</summary>
internal sealed partial class ControlService(ManagerServices services) : Protos.Control.ControlBase
{
    private ISwarmClient Swarm => services.RequireClient();

    public override async Task<Protos.GetNodeResponse> GetNode(Protos.GetNodeRequest request,
        ServerCallContext context) =>
        new() { Node = (await Swarm.Nodes.FindAsync(request.NodeId, context.CancellationToken)).ToWire() };

    public override async Task<Protos.UpdateNodeResponse> UpdateNode(
        Protos.UpdateNodeRequest request,
        ServerCallContext context)
    {
        var node = await Swarm.Nodes.UpdateAsync(
            new(request.NodeId),
            request.NodeVersion.ToRecord(),
            Given(request.Spec).ToRecord(),
            context.CancellationToken);
        return new() { Node = node.ToWire() };
    }

    public override async Task<Protos.RemoveNodeResponse> RemoveNode(
        Protos.RemoveNodeRequest request,
        ServerCallContext context)
    {
        await Swarm.Nodes.RemoveAsync(new(request.NodeId), request.Force, context.CancellationToken);
        return new();
    }

    public override async Task<Protos.GetTaskResponse> GetTask(Protos.GetTaskRequest request,
        ServerCallContext context) =>
        new() { Task = (await Swarm.Tasks.FindAsync(request.TaskId, context.CancellationToken)).ToWire() };

    public override async Task<Protos.GetServiceResponse> GetService(
        Protos.GetServiceRequest request,
        ServerCallContext context) =>
        new() { Service = (await Swarm.Services.FindAsync(request.ServiceId, context.CancellationToken)).ToWire() };

    public override async Task<Protos.CreateServiceResponse> CreateService(
        Protos.CreateServiceRequest request,
        ServerCallContext context) => new()
        {
            Service = (await Swarm.Services.CreateAsync(Given(request.Spec).ToRecord(), context.CancellationToken))
                .ToWire(),
        };

    public override async Task<Protos.UpdateServiceResponse> UpdateService(
        Protos.UpdateServiceRequest request,
        ServerCallContext context)
    {
        var (id, version) = (new ServiceId(request.ServiceId), request.ServiceVersion.ToRecord());
        var service = request.Rollback == Protos.UpdateServiceRequest.Types.Rollback.Previous
            ? await Swarm.Services.RollbackAsync(id, version, context.CancellationToken)
            : await Swarm.Services.UpdateAsync(
                id, version, Given(request.Spec).ToRecord(), context.CancellationToken);
        return new() { Service = service.ToWire() };
    }

    public override async Task<Protos.RemoveServiceResponse> RemoveService(
        Protos.RemoveServiceRequest request,
        ServerCallContext context)
    {
        await Swarm.Services.RemoveAsync(new(request.ServiceId), context.CancellationToken);
        return new();
    }

    public override async Task<Protos.ListServiceStatusesResponse> ListServiceStatuses(
        Protos.ListServiceStatusesRequest request,
        ServerCallContext context)
    {
        var answer = new Protos.ListServiceStatusesResponse();
        foreach (var id in request.Services)
        {
            var status = await Swarm.Services.GetStatusAsync(new(id), context.CancellationToken);
            answer.Statuses.Add(new Protos.ListServiceStatusesResponse.Types.ServiceStatus
            {
                ServiceId = id,
                DesiredTasks = (ulong)status.Desired,
                RunningTasks = (ulong)status.Running,
                CompletedTasks = (ulong)status.Completed,
            });
        }

        return answer;
    }

    public override async Task<Protos.GetClusterResponse> GetCluster(
        Protos.GetClusterRequest request,
        ServerCallContext context) =>
        new() { Cluster = (await Swarm.Cluster.GetAsync(context.CancellationToken)).ToWire() };

    public override async Task<Protos.UpdateClusterResponse> UpdateCluster(
        Protos.UpdateClusterRequest request,
        ServerCallContext context)
    {
        var rotation = request.Rotation ?? new();
        var cluster = await Swarm.Cluster.UpdateAsync(
            request.ClusterVersion.ToRecord(),
            Given(request.Spec).ToRecord(),
            (rotation.WorkerJoinToken ? TokenRotation.WorkerToken : TokenRotation.None)
                | (rotation.ManagerJoinToken ? TokenRotation.ManagerToken : TokenRotation.None)
                | (rotation.ManagerUnlockKey ? TokenRotation.ManagerUnlockKey : TokenRotation.None),
            context.CancellationToken);
        return new() { Cluster = cluster.ToWire() };
    }

    public override async Task<Protos.GetSecretResponse> GetSecret(
        Protos.GetSecretRequest request,
        ServerCallContext context) =>
        new() { Secret = (await Swarm.Secrets.FindAsync(request.SecretId, context.CancellationToken)).ToWire() };

    public override async Task<Protos.CreateSecretResponse> CreateSecret(
        Protos.CreateSecretRequest request,
        ServerCallContext context) => new()
        {
            Secret = (await Swarm.Secrets.CreateAsync(Given(request.Spec).ToRecord(), context.CancellationToken))
                .ToWire(),
        };

    public override async Task<Protos.UpdateSecretResponse> UpdateSecret(
        Protos.UpdateSecretRequest request,
        ServerCallContext context) => new()
        {
            Secret = (await Swarm.Secrets.UpdateAsync(
                new(request.SecretId),
                request.SecretVersion.ToRecord(),
                Given(request.Spec).ToRecord(),
                context.CancellationToken)).ToWire(),
        };

    public override async Task<Protos.RemoveSecretResponse> RemoveSecret(
        Protos.RemoveSecretRequest request,
        ServerCallContext context)
    {
        await Swarm.Secrets.RemoveAsync(new(request.SecretId), context.CancellationToken);
        return new();
    }

    public override async Task<Protos.GetConfigResponse> GetConfig(
        Protos.GetConfigRequest request,
        ServerCallContext context) =>
        new() { Config = (await Swarm.Configs.FindAsync(request.ConfigId, context.CancellationToken)).ToWire() };

    public override async Task<Protos.CreateConfigResponse> CreateConfig(
        Protos.CreateConfigRequest request,
        ServerCallContext context) => new()
        {
            Config = (await Swarm.Configs.CreateAsync(Given(request.Spec).ToRecord(), context.CancellationToken))
                .ToWire(),
        };

    public override async Task<Protos.UpdateConfigResponse> UpdateConfig(
        Protos.UpdateConfigRequest request,
        ServerCallContext context) => new()
        {
            Config = (await Swarm.Configs.UpdateAsync(
                new(request.ConfigId),
                request.ConfigVersion.ToRecord(),
                Given(request.Spec).ToRecord(),
                context.CancellationToken)).ToWire(),
        };

    public override async Task<Protos.RemoveConfigResponse> RemoveConfig(
        Protos.RemoveConfigRequest request,
        ServerCallContext context)
    {
        await Swarm.Configs.RemoveAsync(new(request.ConfigId), context.CancellationToken);
        return new();
    }

    public override async Task<Protos.GetNetworkResponse> GetNetwork(
        Protos.GetNetworkRequest request,
        ServerCallContext context)
    {
        var reference = request.NetworkId.Length > 0 ? request.NetworkId : request.Name;
        return new() { Network = (await Swarm.Networks.FindAsync(reference, context.CancellationToken)).ToWire() };
    }

    public override async Task<Protos.CreateNetworkResponse> CreateNetwork(
        Protos.CreateNetworkRequest request,
        ServerCallContext context) => new()
        {
            Network = (await Swarm.Networks.CreateAsync(Given(request.Spec).ToRecord(), context.CancellationToken))
                .ToWire(),
        };

    public override async Task<Protos.RemoveNetworkResponse> RemoveNetwork(
        Protos.RemoveNetworkRequest request,
        ServerCallContext context)
    {
        await Swarm.Networks.RemoveAsync(new(request.NetworkId), context.CancellationToken);
        return new();
    }

    private static T Given<T>(T? spec)
        where T : class => spec ?? throw SwarmException.InvalidArgument("invalid argument");
}
