using Google.Protobuf.Collections;
using Grpc.Core;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Server;

/// <summary>Lists, with SwarmKit's filters: what one of them names is taken if any of its values fits.</summary>
internal sealed partial class ControlService
{
    public override async Task<Protos.ListNodesResponse> ListNodes(
        Protos.ListNodesRequest request,
        ServerCallContext context)
    {
        var filters = request.Filters ?? new();
        var answer = new Protos.ListNodesResponse();
        await foreach (var node in Swarm.Nodes.ListAsync(context.CancellationToken))
        {
            if (Fits(node.Description?.Hostname ?? "", filters.Names, filters.NamePrefixes)
                && FitsId(node.Id.Value, filters.IdPrefixes)
                && FitsLabels(node.Description?.Engine?.Labels ?? default, filters.Labels)
                && FitsLabels(node.Spec.Labels, filters.NodeLabels)
                && FitsOne((Protos.NodeRole)node.Role, filters.Roles)
                && FitsOne((Protos.NodeSpec.Types.Membership)node.Spec.Membership, filters.Memberships))
            {
                answer.Nodes.Add(node.ToWire());
            }
        }

        return answer;
    }

    public override async Task<Protos.ListTasksResponse> ListTasks(
        Protos.ListTasksRequest request,
        ServerCallContext context)
    {
        var filters = request.Filters ?? new();
        var shared = new SharedMessages();
        var answer = new Protos.ListTasksResponse();
        await foreach (var task in Swarm.Tasks.ListAsync(null, context.CancellationToken))
        {
            if (Fits(task.Name, filters.Names, filters.NamePrefixes)
                && FitsId(task.Id.Value, filters.IdPrefixes)
                && FitsLabels(task.ServiceAnnotations.Labels, filters.Labels)
                && FitsOne(task.ServiceId.Value, filters.ServiceIds)
                && FitsOne(task.NodeId.Value, filters.NodeIds)
                && FitsOne((Protos.TaskState)task.DesiredState, filters.DesiredStates))
            {
                answer.Tasks.Add(task.ToWire(shared));
            }
        }

        return answer;
    }

    public override async Task<Protos.ListServicesResponse> ListServices(
        Protos.ListServicesRequest request,
        ServerCallContext context)
    {
        var filters = request.Filters ?? new();
        var answer = new Protos.ListServicesResponse();
        await foreach (var service in Swarm.Services.ListAsync(context.CancellationToken))
        {
            if (Fits(service.Spec.Name, filters.Names, filters.NamePrefixes)
                && FitsId(service.Id.Value, filters.IdPrefixes)
                && FitsLabels(service.Spec.Labels, filters.Labels))
            {
                answer.Services.Add(service.ToWire());
            }
        }

        return answer;
    }

    public override async Task<Protos.ListClustersResponse> ListClusters(
        Protos.ListClustersRequest request,
        ServerCallContext context)
    {
        var cluster = await Swarm.Cluster.GetAsync(context.CancellationToken);
        return new() { Clusters = { cluster.ToWire() } };
    }

    public override async Task<Protos.ListSecretsResponse> ListSecrets(
        Protos.ListSecretsRequest request,
        ServerCallContext context)
    {
        var filters = request.Filters ?? new();
        var answer = new Protos.ListSecretsResponse();
        await foreach (var secret in Swarm.Secrets.ListAsync(context.CancellationToken))
        {
            if (Fits(secret.Spec.Name, filters.Names, filters.NamePrefixes)
                && FitsId(secret.Id.Value, filters.IdPrefixes)
                && FitsLabels(secret.Spec.Labels, filters.Labels))
            {
                answer.Secrets.Add(secret.ToWire());
            }
        }

        return answer;
    }

    public override async Task<Protos.ListConfigsResponse> ListConfigs(
        Protos.ListConfigsRequest request,
        ServerCallContext context)
    {
        var filters = request.Filters ?? new();
        var answer = new Protos.ListConfigsResponse();
        await foreach (var config in Swarm.Configs.ListAsync(context.CancellationToken))
        {
            if (Fits(config.Spec.Name, filters.Names, filters.NamePrefixes)
                && FitsId(config.Id.Value, filters.IdPrefixes)
                && FitsLabels(config.Spec.Labels, filters.Labels))
            {
                answer.Configs.Add(config.ToWire());
            }
        }

        return answer;
    }

    public override async Task<Protos.ListNetworksResponse> ListNetworks(
        Protos.ListNetworksRequest request,
        ServerCallContext context)
    {
        var filters = request.Filters ?? new();
        var answer = new Protos.ListNetworksResponse();
        await foreach (var network in Swarm.Networks.ListAsync(context.CancellationToken))
        {
            if (Fits(network.Spec.Name, filters.Names, filters.NamePrefixes)
                && FitsId(network.Id.Value, filters.IdPrefixes)
                && FitsLabels(network.Spec.Labels, filters.Labels))
            {
                answer.Networks.Add(network.ToWire());
            }
        }

        return answer;
    }

    private static bool Fits(string name, RepeatedField<string> names, RepeatedField<string> prefixes) =>
        (names.Count == 0 && prefixes.Count == 0)
        || names.Contains(name)
        || prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static bool FitsId(string id, RepeatedField<string> prefixes) =>
        prefixes.Count == 0 || prefixes.Any(prefix => id.StartsWith(prefix, StringComparison.Ordinal));

    private static bool FitsOne<T>(T value, RepeatedField<T> wanted) => wanted.Count == 0 || wanted.Contains(value);

    // An empty value asks for the label alone.
    private static bool FitsLabels(ValueDictionary<string> labels, MapField<string, string> wanted) =>
        wanted.All(pair => labels.ContainsKey(pair.Key) && (pair.Value.Length == 0 || labels[pair.Key] == pair.Value));
}

/// <summary>SwarmKit's service Logs: log lines of tasks, for managers that do not lead.</summary>
internal sealed class LogsService(ManagerServices services) : Protos.Logs.LogsBase
{
    public override async Task SubscribeLogs(
        Protos.SubscribeLogsRequest request,
        IServerStreamWriter<Protos.SubscribeLogsMessage> responseStream,
        ServerCallContext context)
    {
        var lines = services.RequireDispatcher().Logs.SubscribeAsync(
            (request.Selector ?? new()).ToRecord(),
            (request.Options ?? new()).ToRecord(),
            context.CancellationToken);
        await foreach (var line in lines)
        {
            await responseStream.WriteAsync(new() { Messages = { line.ToWire() } }, context.CancellationToken);
        }
    }
}
