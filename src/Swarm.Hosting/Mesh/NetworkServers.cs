using System.Collections.Immutable;
using System.Net;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// What a data plane does for networks whose tasks are processes: at the twin of a virtual address all tasks of the
/// service, and at the twin of a task's address that task.
/// </summary>
/// <param name="twins">Where the addresses of networks are on this node.</param>
/// <param name="addressOf">Where this node reaches the tasks of another one; null when it cannot be told.</param>
internal sealed class NetworkServers(TwinAddresses twins, Func<NodeId, string, IPAddress?> addressOf)
{
    /// <summary>The servers of a service on the networks that are seen.</summary>
    public IReadOnlyList<VirtualServer> Of(MeshService service, IReadOnlySet<NetworkId> networks)
    {
        var servers = new List<VirtualServer>();
        foreach (var network in service.Networks.Where(network => networks.Contains(network.Id)))
        {
            foreach (var target in service.Targets)
            {
                if (network.Address.Length > 0 && twins.Of(network.Address) is { } address)
                {
                    servers.Add(ServerOf(service, target, address, service.Tasks));
                }

                foreach (var task in service.Tasks)
                {
                    if (twins.Of(NameRecords.AddressOn(task, network.Id)) is { } own
                        && ServerOf(service, target, own, [task]) is { Backends.IsEmpty: false } server)
                    {
                        servers.Add(server);
                    }
                }
            }
        }

        return servers;
    }

    /// <summary>How a service's connections are balanced.</summary>
    public static VirtualServer ServerOf(MeshService service, Frontend frontend, ImmutableArray<Backend> backends) =>
        new(frontend, backends)
        {
            Balancer = service.Balancer switch
            {
                "leastconn" => BalancerKind.LeastConnections,
                "source" => BalancerKind.SourceHash,
                "maglev" => BalancerKind.Maglev,
                _ => BalancerKind.RoundRobin,
            },
            DrainTimeout = service.DrainTimeout,
        };

    /// <summary>Whether its tasks are told who their client is.</summary>
    public static ProxyProtocol HeaderOf(MeshService service, bool isUdp) => isUdp
        ? ProxyProtocol.None
        : service.ProxyProtocol switch { 1 => ProxyProtocol.V1, 2 => ProxyProtocol.V2, _ => ProxyProtocol.None };

    // A task cannot tell by which way a connection comes: where it expects the header from the routing mesh, it is
    // there on every connection.
    private VirtualServer ServerOf(
        MeshService service,
        MeshTarget target,
        IPAddress address,
        IEnumerable<MeshTask> tasks)
    {
        var frontend = new Frontend(address, target.Port, target.IsUdp ? Transport.Udp : Transport.Tcp);
        return ServerOf(service, frontend, BackendsOf(tasks, target)) with
        {
            ProxyProtocol = target.IsPublished ? HeaderOf(service, target.IsUdp) : ProxyProtocol.None,
        };
    }

    private ImmutableArray<Backend> BackendsOf(IEnumerable<MeshTask> tasks, MeshTarget target)
    {
        var backends = ImmutableArray.CreateBuilder<Backend>();
        var places = new HashSet<(IPAddress, int)>();
        foreach (var task in tasks.OrderBy(task => task.IsDraining))
        {
            if (task.Ports.FirstOrDefault(port => port.IsUdp == target.IsUdp && port.Target == target.Port) is { } port
                && addressOf(task.NodeId, task.Address) is { } address
                && places.Add((address, port.Port)))
            {
                backends.Add(new Backend(
                    address,
                    port.Port,
                    State: task.IsDraining ? BackendState.Draining : BackendState.Active));
            }
        }

        return backends.ToImmutable();
    }
}
