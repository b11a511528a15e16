using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Hosting.Mesh;

/// <summary>Works out from the store what the mesh has to know. Pure.</summary>
internal static class MeshPlan
{
    /// <summary>Time between draining a task and its stop signal (Docker's number).</summary>
    private static readonly TimeSpan DrainDelay = TimeSpan.FromSeconds(2);

    /// <summary>The mesh's part of a service; null when it publishes nothing on every node and has no names.</summary>
    public static MeshService? Of(Service service, ClusterView view)
    {
        var published = (service.Endpoint?.Ports ?? default).Where(IsAnswered).ToArray();
        var networks = NamePlan.NetworksOf(service, view);
        if (published.Length == 0 && networks.IsEmpty)
        {
            return null;
        }

        var running = view.Tasks.OfService(service.Id)
            .Where(task => task.Status.State == TaskState.Running)
            .OrderBy(task => task.Id.Value, StringComparer.Ordinal)
            .ToArray();
        var policies = ServicePolicies.Of(service);
        return new MeshService(
            service.Id,
            policies.Balancer,
            policies.ProxyProtocol,
            DrainDelay + GraceOf(service.Spec.TaskTemplate.Workload as ContainerSpec),
            published.Select(port => PortOf(port, policies.Addresses, running, view)).ToValueList())
        {
            Name = service.Spec.Name,
            Networks = networks,
            Targets = networks.IsEmpty ? default : NamePlan.TargetsOf(service, policies),
            Tasks = networks.IsEmpty ? default : NamePlan.TasksOf(running, networks, view),
            Starting = networks.IsEmpty
                ? default
                : NamePlan.StartingOf(view.Tasks.OfService(service.Id), networks, view),
        };
    }

    /// <summary>Whether a task is about to go.</summary>
    public static bool IsDraining(SwarmTask task, Node node) =>
        task.DesiredState > TaskState.Running || node.Status.State == NodeState.Down;

    private static TimeSpan GraceOf(ContainerSpec? spec) =>
        spec?.StopGracePeriod ?? ContainerSpec.DefaultStopGracePeriod;

    // SCTP has no data plane here.
    private static bool IsAnswered(PortPublication port) => port is
    {
        Mode: PublishMode.Ingress,
        PublishedPort: > 0,
        Protocol: PortProtocol.Tcp or PortProtocol.Udp,
    };

    // A number that two tasks of a node tell was given anew after the first one: that one is about to be gone.
    private static MeshPort PortOf(
        PortPublication port,
        ListenAddresses addresses,
        SwarmTask[] tasks,
        ClusterView view) => new(
        port.Protocol == PortProtocol.Udp,
        port.PublishedPort,
        tasks
            .SelectMany(task => BackendsOf(task, port, view))
            .GroupBy(backend => (backend.Address, backend.Port))
            .Select(places => places.FirstOrDefault(backend => !backend.IsDraining) ?? places.First())
            .ToValueList(),
        addresses.Of(port));

    private static IEnumerable<MeshBackend> BackendsOf(SwarmTask task, PortPublication port, ClusterView view)
    {
        var own = task.Status.Ports.FirstOrDefault(candidate =>
            candidate.Mode == PublishMode.Ingress
            && candidate.TargetPort == port.TargetPort
            && candidate.Protocol == port.Protocol);
        if (own is null || view.Nodes.Find(task.NodeId.Value) is not { Status.Address.Length: > 0 } node)
        {
            yield break;
        }

        yield return new MeshBackend(node.Id, node.Status.Address, own.PublishedPort, IsDraining(task, node));
    }
}
