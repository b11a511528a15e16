using Swarm.Allocation;
using Swarm.Allocation.Addressing;
using Swarm.Orchestration;
using Swarm.Storage;
using Swarm.Templating;

namespace Swarm.Hosting.Mesh;

/// <summary>Works out from the store which names a service and its tasks have, and where they lead. Pure.</summary>
internal static class NamePlan
{
    /// <summary>Docker's containers are known by as much of their id.</summary>
    private const int ShortId = 12;

    /// <summary>The networks on which a service has names: not the routing mesh, nor what each node has for itself.</summary>
    public static ValueList<MeshNetwork> NetworksOf(Service service, ClusterView view)
    {
        var wanted = ServiceNeeds.NetworksOf(service.Spec);
        if (wanted.IsEmpty)
        {
            return default;
        }

        var networks = new List<MeshNetwork>();
        foreach (var attachment in wanted)
        {
            if (view.Networks.Find(attachment.Target) is { } network && HasNames(network))
            {
                networks.Add(new MeshNetwork(
                    network.Id,
                    network.Spec.Name,
                    VirtualAddressOf(service, network.Id),
                    attachment.Aliases));
            }
        }

        return networks.ToValueList();
    }

    /// <summary>Whether there are names on a network.</summary>
    public static bool HasNames(Network network) =>
        !NetworkDrivers.IsIngress(network) && network.Ipam is { Configs.IsEmpty: false };

    /// <summary>The ports that the names lead to.</summary>
    public static ValueList<MeshTarget> TargetsOf(Service service, ServicePolicies policies)
    {
        var targets = new Dictionary<(bool, int), MeshTarget>();
        var published = service.Endpoint?.Ports ?? default;
        foreach (var port in published.Concat(policies.Exposed))
        {
            if (port.Protocol is PortProtocol.Tcp or PortProtocol.Udp)
            {
                var isUdp = port.Protocol == PortProtocol.Udp;
                var isPublished = port is { Mode: PublishMode.Ingress, PublishedPort: > 0 };
                targets.TryAdd((isUdp, port.TargetPort), new MeshTarget(isUdp, port.TargetPort, isPublished));
            }
        }

        return targets.Values.ToValueList();
    }

    /// <summary>The tasks with what they are called and where they are.</summary>
    public static ValueList<MeshTask> TasksOf(
        IEnumerable<SwarmTask> running,
        ValueList<MeshNetwork> networks,
        ClusterView view)
    {
        var tasks = new List<MeshTask>();
        foreach (var task in running)
        {
            var addresses = AddressesOf(task, networks);
            if (!addresses.IsEmpty && view.Nodes.Find(task.NodeId.Value) is { } node)
            {
                tasks.Add(new MeshTask(
                    NamesOf(task, node),
                    node.Id,
                    node.Status.Address,
                    MeshPlan.IsDraining(task, node),
                    addresses,
                    task.Status.Ports
                        .Where(port => port.Protocol is PortProtocol.Tcp or PortProtocol.Udp)
                        .Select(port => new MeshTaskPort(
                            port.Protocol == PortProtocol.Udp, port.TargetPort, port.PublishedPort))
                        .ToValueList())
                {
                    IsOnOverlay = node.Description?.Engine?.Labels.ContainsKey(NodeOverlay.Label) is true,
                });
            }
        }

        return tasks.ToValueList();
    }

    /// <summary>Tasks that a node has and that do not run yet, in a certain order.</summary>
    public static ValueList<MeshStartingTask> StartingOf(
        IEnumerable<SwarmTask> tasks,
        ValueList<MeshNetwork> networks,
        ClusterView view)
    {
        var starting = new List<MeshStartingTask>();
        foreach (var task in tasks
            .Where(task => task.Status.State is >= TaskState.Assigned and < TaskState.Running
                && task.DesiredState <= TaskState.Running)
            .OrderBy(task => task.Id.Value, StringComparer.Ordinal))
        {
            var addresses = AddressesOf(task, networks);
            if (!addresses.IsEmpty && view.Nodes.Find(task.NodeId.Value) is { Status.Address.Length: > 0 } node)
            {
                starting.Add(new MeshStartingTask(node.Id, node.Status.Address, addresses));
            }
        }

        return starting.ToValueList();
    }

    /// <summary>An address as the allocator writes it, without its prefix length.</summary>
    public static string Plain(string address) => address.Split('/')[0];

    private static string VirtualAddressOf(Service service, NetworkId network) =>
        Plain((service.Endpoint?.VirtualAddresses ?? default)
            .FirstOrDefault(item => item.NetworkId == network)?.Address ?? "");

    private static ValueList<MeshTaskAddress> AddressesOf(SwarmTask task, ValueList<MeshNetwork> networks) =>
        task.Networks
            .Where(item => item.Addresses.Count > 0 && networks.Any(network => network.Id == item.Network.Id))
            .Select(item => new MeshTaskAddress(item.Network.Id, Plain(item.Addresses[0])))
            .ToValueList();

    // As Docker: the name, the short id of the container, and a host name that was asked for. Without that a process
    // has the name of its node.
    private static ValueList<string> NamesOf(SwarmTask task, Node node)
    {
        var names = new List<string> { task.Name };
        if (task.Status.Container is { ContainerId.Length: >= ShortId } container)
        {
            names.Add(container.ContainerId[..ShortId]);
        }

        if (HostnameOf(task, node) is { Length: > 0 } hostname)
        {
            names.Add(hostname);
        }

        return names.Distinct(StringComparer.OrdinalIgnoreCase).ToValueList();
    }

    private static string HostnameOf(SwarmTask task, Node node)
    {
        var hostname = (task.Spec.Workload as ContainerSpec)?.Hostname ?? "";
        if (!hostname.Contains("{{", StringComparison.Ordinal) || node.Description is not { } description)
        {
            return hostname;
        }

        try
        {
            return TemplateExpander.Expand(hostname, TemplateContext.ForTask(task, node.Id, description));
        }
        catch (SwarmException)
        {
            // Its node refuses such a task.
            return "";
        }
    }
}
