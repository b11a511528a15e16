using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>What a node's tasks and the mesh mean for the node's part of networks. Pure.</summary>
internal static class OverlayPlan
{
    private const string Vnis = "com.docker.network.driver.overlay.vxlanid_list";
    private const string MtuOption = "com.docker.network.driver.mtu";
    private const string Encrypted = "encrypted";
    private const int UnderlayMtu = 1_500;
    private const int LeastMtu = 576;

    /// <summary>Whether nothing of a network may be on the wire in the clear.</summary>
    public static bool IsEncrypted(Network network) => network.Spec.Driver?.Options.ContainsKey(Encrypted) is true;

    /// <summary>The attachments of a task that it gets an address of its own for.</summary>
    public static NetworkAttachment[] AttachmentsOf(SwarmTask task) =>
    [
        .. task.Networks.Where(item => NamePlan.HasNames(item.Network) && AddressOf(item) is not null),
    ];

    /// <summary>A task's address on a network; null when it has none of IPv4.</summary>
    public static IPAddress? AddressOf(NetworkAttachment attachment) =>
        attachment.Addresses
            .Select(item => NetworkTargets.Parse(NamePlan.Plain(item)))
            .FirstOrDefault(address => address is not null);

    /// <summary>Why a network cannot be on this node; null when it can.</summary>
    public static string? FaultOf(Network network) =>
        VniOf(network) is null ? $"network {network.Spec.Name} has no VXLAN id"
        : SubnetsOf(network).IsEmpty ? $"network {network.Spec.Name} has no subnet of IPv4"
        : null;

    /// <summary>A task as a member of its networks.</summary>
    public static OverlayMember MemberOf(TaskId task, IReadOnlyCollection<NetworkAttachment> attachments) => new(
        task.Value,
        [.. attachments.Select(item => new OverlayEndpoint(item.Network.Id.Value, AddressOf(item)!))])
    {
        HasWayOut = attachments.Any(item => !item.Network.Spec.Internal),
    };

    /// <summary>A network with all that the mesh knows of it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="self">The node.</param>
    /// <param name="services">The mesh.</param>
    public static OverlayNetwork NetworkOf(Network network, NodeId self, IReadOnlyList<MeshService> services)
    {
        var subnets = SubnetsOf(network);
        var here = services
            .Where(service => service.Networks.Any(item => item.Id == network.Id))
            .ToArray();
        return new OverlayNetwork(network.Id.Value, VniOf(network) ?? 0, subnets)
        {
            Gateways =
            [
                .. (network.Ipam?.Configs ?? default)
                    .Select(config => NetworkTargets.Parse(NamePlan.Plain(config.Gateway)))
                    .OfType<IPAddress>()
                    .Where(address => subnets.Any(subnet => subnet.Contains(address))),
            ],
            IsEncrypted = IsEncrypted(network),
            Mtu = MtuOf(network),
            Peers =
            [
                .. here.SelectMany(service => PeersOf(service, network.Id, self)).DistinctBy(peer => peer.Address),
            ],
            Services = [.. here.Select(service => ServiceOf(service, network.Id)).OfType<OverlayService>()],
        };
    }

    /// <summary>The keys in the order in which they are used: the ring is the one before, the one now, the next one.</summary>
    public static ImmutableArray<OverlayKey> KeysOf(ValueList<EncryptionKey> keys)
    {
        const string use = "networking:ipsec";
        var ring = keys
            .Where(key => key.Subsystem == use)
            .OrderBy(key => key.LamportTime)
            .Select(key => new OverlayKey(key.LamportTime, [.. key.Key]))
            .ToArray();
        var primary = ring.Length > 2 ? 1 : 0;
        return [.. ring[primary..], .. ring[..primary]];
    }

    /// <summary>Whether a task can be reached at its address: its node gives tasks their addresses.</summary>
    public static IEnumerable<MeshTask> ReachableOf(MeshService service) =>
        service.Tasks.Where(task => task.IsOnOverlay);

    private static IEnumerable<OverlayPeer> PeersOf(MeshService service, NetworkId network, NodeId self)
    {
        var tasks = service.Tasks.Select(task => (task.NodeId, task.Address, task.Addresses))
            .Concat(service.Starting.Select(task => (task.NodeId, task.Address, task.Addresses)));
        foreach (var (node, machine, addresses) in tasks.Where(task => task.NodeId != self))
        {
            if (addresses.FirstOrDefault(item => item.NetworkId == network) is { } own
                && NetworkTargets.Parse(own.Address) is { } address
                && NetworkTargets.Parse(machine) is { } at)
            {
                yield return new OverlayPeer(address, at);
            }
        }
    }

    private static OverlayService? ServiceOf(MeshService service, NetworkId network) =>
        NetworkTargets.Parse(service.Networks.First(item => item.Id == network).Address) is { } address
            ? new(address, NetworkTargets.Of(ReachableOf(service), network, FrozenSet<string>.Empty))
            : null;

    private static int? VniOf(Network network) =>
        network.DriverState?.Options.TryGetValue(Vnis, out var list) is true
        && int.TryParse(list.Split(',')[0], CultureInfo.InvariantCulture, out var vni)
            ? vni
            : null;

    private static ImmutableArray<IPNetwork> SubnetsOf(Network network) =>
    [
        .. (network.Ipam?.Configs ?? default)
            .Select(config => IPNetwork.TryParse(config.Subnet, out var subnet) ? subnet : default)
            .Where(subnet => subnet.PrefixLength > 0
                && subnet.BaseAddress.AddressFamily == AddressFamily.InterNetwork),
    ];

    private static int MtuOf(Network network)
    {
        var isEncrypted = IsEncrypted(network);
        var usual = isEncrypted ? OverlayNetwork.UsualEncryptedMtu : OverlayNetwork.UsualMtu;
        if (network.Spec.Driver?.Options.TryGetValue(MtuOption, out var text) is not true
            || !int.TryParse(text, CultureInfo.InvariantCulture, out var underlay))
        {
            return usual;
        }

        // ESP pads to four bytes.
        var mtu = Math.Clamp(underlay - (UnderlayMtu - usual), LeastMtu, ushort.MaxValue);
        return isEncrypted ? mtu / 4 * 4 : mtu;
    }
}
