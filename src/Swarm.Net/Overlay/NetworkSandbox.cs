using Swarm.Net.Netlink;

namespace Swarm.Net.Overlay;

/// <summary>
/// The part of a network that is on this machine, in a namespace of its own: a bridge that its members' wires end at,
/// and a tunnel to the other machines. Who is where is told to the kernel, which asks nobody.
/// </summary>
internal sealed class NetworkSandbox : IDisposable
{
    private readonly NetworkNamespace _space;

    /// <param name="path">Its name; made if it is not there.</param>
    /// <param name="writes">Counts what is written.</param>
    /// <exception cref="IOException">The system refuses.</exception>
    public NetworkSandbox(string path, WriteCount writes)
    {
        Path = path;
        var known = NetworkNamespace.TryOpen(path);
        if (known is null)
        {
            writes.Add();
        }

        _space = known ?? NetworkNamespace.Create(path);
        Links = new NamespaceLinks(_space, writes);
    }

    public string Path { get; }

    public NamespaceLinks Links { get; }

    /// <summary>The bridge; null before it was brought to what the network is.</summary>
    public Link? Bridge { get; private set; }

    /// <summary>Brings it to what the network is, but for the members.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void Bring(OverlayNetwork network, OverlayOptions options, NamespaceLinks machine)
    {
        Bridge = Links.RequireBridge(OverlayNames.Bridge, network.Mtu);
        var tunnel = new Tunnel((uint)network.Vni, (ushort)options.Port, options.Address);
        var vxlan = RequireTunnel(network, tunnel, machine);
        BringPeers(vxlan, network, options);
        Links.Bring(vxlan, network.Mtu, Bridge);
        Links.Bring(Bridge, network.Mtu);
        Links.BringAddresses(
            Bridge,
            [
                .. network.Gateways.Select(address =>
                    (address, OverlayRules.SubnetOf(network, address)?.PrefixLength ?? 32)),
            ]);
    }

    /// <summary>Removes wires whose members are gone.</summary>
    public void KeepWires(IReadOnlySet<string> wires)
    {
        foreach (var link in Links.List().Where(link => link.Kind == "veth" && !wires.Contains(link.Name)))
        {
            Links.TryRemove(RouteMessages.RemoveLink(link.Index));
        }
    }

    /// <summary>Takes everything away.</summary>
    public void Remove(WriteCount writes)
    {
        // A namespace may outlive its name, by mounts of others, and the VNI would remain taken.
        foreach (var link in Links.List().Where(link => link.Kind.Length > 0))
        {
            Links.TryRemove(RouteMessages.RemoveLink(link.Index));
        }

        Dispose();
        writes.Add();
        NetworkNamespace.Remove(Path);
    }

    public void Dispose()
    {
        Links.Dispose();
        _space.Dispose();
    }

    private Link RequireTunnel(OverlayNetwork network, Tunnel tunnel, NamespaceLinks machine)
    {
        var known = Links.Find(OverlayNames.Tunnel);
        if (known is not null && known.Tunnel == tunnel)
        {
            return known;
        }

        if (known is not null)
        {
            Links.Write(RouteMessages.RemoveLink(known.Index));
        }

        try
        {
            machine.Write(RouteMessages.AddVxlan(OverlayNames.Tunnel, network.Mtu, tunnel, _space));
        }
        catch (NetlinkException exception) when (exception.Error == NetlinkException.Exists)
        {
            throw new IOException($"another program or node of this machine has VNI {network.Vni} already", exception);
        }

        return Links.Require(OverlayNames.Tunnel);
    }

    private void BringPeers(Link vxlan, OverlayNetwork network, OverlayOptions options)
    {
        var peers = network.Peers
            .Where(peer => !peer.Machine.Equals(options.Address))
            .DistinctBy(peer => peer.Address)
            .ToArray();
        Bring(
            Links.Neighbours().Where(entry => entry.Link == vxlan.Index),
            peers.Select(peer =>
                new Neighbour(vxlan.Index, peer.Address, OverlayNames.HardwareOf(peer.Address))),
            RouteMessages.SetNeighbour,
            RouteMessages.RemoveNeighbour);
        Bring(
            Links.Forwarding().Where(entry => entry.Link == vxlan.Index),
            peers.Select(peer =>
                new Neighbour(vxlan.Index, peer.Machine, OverlayNames.HardwareOf(peer.Address))),
            RouteMessages.SetForwarding,
            RouteMessages.RemoveForwarding);
    }

    // Who moved to another machine is taken away first.
    private void Bring(
        IEnumerable<Neighbour> before,
        IEnumerable<Neighbour> after,
        Func<Neighbour, NetlinkWriter> set,
        Func<Neighbour, NetlinkWriter> remove)
    {
        var known = before.ToHashSet();
        var wanted = after.ToHashSet();
        foreach (var gone in known.Where(entry => !wanted.Contains(entry)))
        {
            Links.TryRemove(remove(gone));
        }

        foreach (var entry in wanted.Where(entry => !known.Contains(entry)))
        {
            Links.Write(set(entry));
        }
    }
}
