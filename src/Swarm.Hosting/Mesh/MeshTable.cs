using System.Collections.Immutable;
using System.Net;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>The mesh as one node knows it, and what that means for its data plane.</summary>
/// <param name="self">The node.</param>
/// <param name="listen">The address that the node answers published ports at.</param>
/// <param name="twins">Where the addresses of networks are on this node; null when it has no place for them.</param>
internal sealed class MeshTable(NodeId self, IPAddress listen, TwinAddresses? twins = null)
{
    /// <summary>Most servers of a node; each is an open socket.</summary>
    private const int MaxServers = 32_768;

    private readonly Dictionary<ServiceId, MeshService> _services = [];
    private LocalPlaces _local = LocalPlaces.None;

    /// <summary>What the node has; 0 for nothing.</summary>
    public ulong Version { get; private set; }

    /// <summary>All services, in a certain order.</summary>
    public IReadOnlyList<MeshService> Services { get; private set; } = [];

    /// <summary>Servers of the last state that there was no place for.</summary>
    public int Omitted { get; private set; }

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
        Services = [.. _services.Values.OrderBy(service => service.Id.Value, StringComparer.Ordinal)];
    }

    /// <summary>The desired state of the node's data plane.</summary>
    /// <param name="networks">The networks that tasks of this node are on.</param>
    /// <param name="local">Where tasks of this node listen that are not on its own network.</param>
    public MeshState ToState(IReadOnlySet<NetworkId> networks, LocalPlaces? local = null)
    {
        _local = local ?? LocalPlaces.None;
        var servers = new Dictionary<Frontend, VirtualServer>();
        var places = new ListenPlaces(listen);
        var found = Services.SelectMany(service => PublishedBy(service, places)).Concat(_local.Servers(listen));
        if (twins is not null && networks.Count > 0)
        {
            var inside = new NetworkServers(twins, AddressOf);
            found = found.Concat(Services.SelectMany(service => inside.Of(service, networks)));
        }

        Omitted = 0;
        foreach (var server in found)
        {
            // The managers give a number to one service only; while it changes hands both may be known.
            if (servers.Count < MaxServers)
            {
                servers.TryAdd(server.Frontend, server);
            }
            else
            {
                Omitted++;
            }
        }

        return new MeshState([.. servers.Values]);
    }

    private List<VirtualServer> PublishedBy(MeshService service, ListenPlaces places)
    {
        var servers = new List<VirtualServer>();
        foreach (var port in service.Ports)
        {
            var backends = BackendsOf(port);
            foreach (var address in places.For(port.Addresses))
            {
                var frontend = new Frontend(address, port.Published, port.IsUdp ? Transport.Udp : Transport.Tcp);
                servers.Add(NetworkServers.ServerOf(service, frontend, backends) with
                {
                    ProxyProtocol = NetworkServers.HeaderOf(service, port.IsUdp),
                });
            }
        }

        return servers;
    }

    private ImmutableArray<Backend> BackendsOf(MeshPort port)
    {
        var backends = ImmutableArray.CreateBuilder<Backend>(port.Backends.Count);
        var places = new HashSet<(IPAddress, int)>();
        foreach (var backend in port.Backends.OrderBy(backend => backend.IsDraining))
        {
            var place = backend.NodeId == self ? _local.Find(backend.Port, port.IsUdp) : null;
            place ??= AddressOf(backend.NodeId, backend.Address) is { } node
                ? new IPEndPoint(node, backend.Port)
                : null;
            if (place is not null && places.Add((place.Address, place.Port)))
            {
                backends.Add(new Backend(
                    place.Address,
                    place.Port,
                    State: backend.IsDraining ? BackendState.Draining : BackendState.Active));
            }
        }

        return backends.ToImmutable();
    }

    // Tasks may listen at 127.0.0.1 only; nodes at other loopback addresses are on this machine, too.
    private IPAddress? AddressOf(NodeId node, string text)
    {
        if (node == self)
        {
            return IPAddress.Loopback;
        }

        return !IPAddress.TryParse(text, out var address) ? null
            : IPAddress.IsLoopback(address) ? IPAddress.Loopback
            : address;
    }
}
