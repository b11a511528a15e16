using System.Collections.Immutable;
using System.Net;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>The mesh as one node knows it, and what that means for its data plane.</summary>
/// <param name="self">The node.</param>
/// <param name="listen">The address that the node answers published ports at.</param>
internal sealed class MeshTable(NodeId self, IPAddress listen)
{
    private readonly Dictionary<ServiceId, MeshService> _services = [];

    /// <summary>What the node has; 0 for nothing.</summary>
    public ulong Version { get; private set; }

    public void Apply(MeshUpdate update)
    {
        if (update.IsComplete)
        {
            _services.Clear();
        }

        foreach (var service in update.Services)
        {
            _services[service.Id] = service;
        }

        foreach (var id in update.Removed)
        {
            _services.Remove(id);
        }

        Version = update.Version;
    }

    /// <summary>The desired state of the node's data plane.</summary>
    public MeshState ToState()
    {
        var servers = new Dictionary<Frontend, VirtualServer>();
        foreach (var service in _services.Values.OrderBy(service => service.Id.Value, StringComparer.Ordinal))
        {
            foreach (var port in service.Ports)
            {
                // The managers give a number to one service only; while it changes hands both may be known.
                var server = ServerOf(service, port);
                servers.TryAdd(server.Frontend, server);
            }
        }

        return new MeshState([.. servers.Values]);
    }

    private VirtualServer ServerOf(MeshService service, MeshPort port) => new(
        new Frontend(listen, port.Published, port.IsUdp ? Transport.Udp : Transport.Tcp),
        BackendsOf(port))
    {
        Balancer = service.Balancer switch
        {
            "leastconn" => BalancerKind.LeastConnections,
            "source" => BalancerKind.SourceHash,
            "maglev" => BalancerKind.Maglev,
            _ => BalancerKind.RoundRobin,
        },
        ProxyProtocol = port.IsUdp
            ? ProxyProtocol.None
            : service.ProxyProtocol switch { 1 => ProxyProtocol.V1, 2 => ProxyProtocol.V2, _ => ProxyProtocol.None },
        DrainTimeout = service.DrainTimeout,
    };

    private ImmutableArray<Backend> BackendsOf(MeshPort port)
    {
        var backends = ImmutableArray.CreateBuilder<Backend>(port.Backends.Count);
        var places = new HashSet<(IPAddress, int)>();
        foreach (var backend in port.Backends.OrderBy(backend => backend.IsDraining))
        {
            if (AddressOf(backend) is { } address && places.Add((address, backend.Port)))
            {
                backends.Add(new Backend(
                    address,
                    backend.Port,
                    State: backend.IsDraining ? BackendState.Draining : BackendState.Active));
            }
        }

        return backends.ToImmutable();
    }

    // Tasks may listen at 127.0.0.1 only; nodes at other loopback addresses are on this machine, too.
    private IPAddress? AddressOf(MeshBackend backend)
    {
        if (backend.NodeId == self)
        {
            return IPAddress.Loopback;
        }

        return !IPAddress.TryParse(backend.Address, out var address) ? null
            : IPAddress.IsLoopback(address) ? IPAddress.Loopback
            : address;
    }
}
