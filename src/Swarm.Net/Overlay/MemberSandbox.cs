using System.Net;

namespace Swarm.Net.Overlay;

/// <summary>The namespace of a member: one wire to each of its networks, and one to its machine.</summary>
internal sealed class MemberSandbox : IDisposable
{
    private const string Loopback = "lo";
    private const string FirstPort = "ipv4/ip_unprivileged_port_start";

    private readonly NetworkNamespace _space;
    private readonly NamespaceLinks _links;
    private readonly WriteCount _writes;
    private bool _isReady;

    /// <param name="name">The member.</param>
    /// <param name="path">The name of its namespace; made if it is not there.</param>
    /// <param name="writes">Counts what is written.</param>
    /// <exception cref="IOException">The system refuses.</exception>
    public MemberSandbox(string name, string path, WriteCount writes)
    {
        (Name, Path, _writes) = (name, path, writes);
        var known = NetworkNamespace.TryOpen(path);
        if (known is null)
        {
            writes.Add();
        }

        _space = known ?? NetworkNamespace.Create(path);
        _links = new NamespaceLinks(_space, writes);
        Rules = new MemberRules(_space, OverlayNames.NumberOf(name));
    }

    public string Name { get; }

    public string Path { get; }

    /// <summary>What the kernel calls its namespace.</summary>
    public string SpaceName => _space.Name;

    /// <summary>What stands for virtual addresses in it.</summary>
    public MemberRules Rules { get; }

    /// <summary>The address at which the machine reaches it; null when there is none yet.</summary>
    public IPAddress? OutsideAddress => _links.Find(OverlayNames.Outside) is { } link
        ? _links.Addresses().FirstOrDefault(item => item.Link == link.Index)?.Address
        : null;

    /// <summary>What every namespace needs that anything is to run in.</summary>
    public void BringItself()
    {
        _links.Bring(_links.Require(Loopback));
        if (!_isReady && _space.Set(FirstPort, "0"))
        {
            // Addresses of its own have all ports free, as in a container.
            _writes.Add();
        }

        _isReady = true;
    }

    /// <summary>Puts it on a network.</summary>
    public void Bring(OverlayEndpoint endpoint, OverlayNetwork network, NetworkSandbox sandbox)
    {
        var subnet = OverlayRules.SubnetOf(network, endpoint.Address)!.Value;
        var hardware = OverlayNames.HardwareOf(endpoint.Address);
        var wire = OverlayNames.WireOf(Name);
        var (near, far) = (sandbox.Links.Find(wire), _links.Find(hardware));
        if (near is null || far is null)
        {
            Remove(sandbox.Links, near);
            Remove(_links, far);
            sandbox.Links.Write(RouteMessages.AddWire(wire, network.Mtu, FreeName(), hardware, _space));
            (near, far) = (sandbox.Links.Require(wire), _links.Find(hardware)!);
        }

        sandbox.Links.Bring(near, network.Mtu, sandbox.Bridge);
        _links.Bring(far, network.Mtu);
        _links.BringAddresses(far, (endpoint.Address, subnet.PrefixLength));
        _links.BringRoutes(network.Subnets
            .Where(other => !other.Equals(subnet))
            .Select(other => new Route(far.Index, other, Gateway: null)));
    }

    /// <summary>Gives it a way to its machine, and through that to the outside.</summary>
    public void BringOutside(OutsideBridge bridge, IPAddress address, bool hasWayOut)
    {
        var wire = OverlayNames.WireOf(Name);
        var (near, far) = (bridge.Links.Find(wire), _links.Find(OverlayNames.Outside));
        if (near is null || far is null)
        {
            Remove(bridge.Links, near);
            Remove(_links, far);
            bridge.Links.Write(RouteMessages.AddWire(
                wire, bridge.Mtu, OverlayNames.Outside, OverlayNames.HardwareOf(address), _space));
            (near, far) = (bridge.Links.Require(wire), _links.Require(OverlayNames.Outside));
        }

        bridge.Attach(near);
        _links.Bring(far, bridge.Mtu);
        _links.BringAddresses(far, (address, bridge.Subnet.PrefixLength));
        if (hasWayOut)
        {
            _links.BringRoutes([new Route(far.Index, new IPNetwork(IPAddress.Any, 0), bridge.Address)]);
        }
    }

    /// <summary>Takes interfaces away that lead to other networks than these.</summary>
    public void KeepOnly(OverlayMember member)
    {
        var wanted = member.Endpoints.Select(endpoint => OverlayNames.HardwareOf(endpoint.Address)).ToHashSet();
        foreach (var link in _links.List().Where(link =>
            link.Kind == "veth" && link.Name != OverlayNames.Outside && !wanted.Contains(link.Address)))
        {
            Remove(_links, link);
        }
    }

    /// <summary>Takes everything away. Whatever still runs in it has no network then.</summary>
    public void Remove()
    {
        foreach (var link in _links.List().Where(link => link.Kind.Length > 0))
        {
            Remove(_links, link);
        }

        Dispose();
        _writes.Add();
        NetworkNamespace.Remove(Path);
    }

    public void Dispose()
    {
        _links.Dispose();
        _space.Dispose();
    }

    private static void Remove(NamespaceLinks links, Link? link)
    {
        if (link is not null)
        {
            links.TryRemove(RouteMessages.RemoveLink(link.Index));
        }
    }

    private string FreeName()
    {
        var taken = _links.List().Select(link => link.Name).ToHashSet(StringComparer.Ordinal);
        for (var number = 0; ; number++)
        {
            var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"eth{number}");
            if (!taken.Contains(name))
            {
                return name;
            }
        }
    }
}
