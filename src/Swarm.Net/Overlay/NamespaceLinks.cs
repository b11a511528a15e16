using System.Net;
using System.Net.NetworkInformation;
using Swarm.Net.Netlink;

namespace Swarm.Net.Overlay;

/// <summary>
/// The interfaces of a network namespace. What is to be is compared with what is there before anything is written.
/// </summary>
/// <param name="space">The namespace; not owned.</param>
/// <param name="writes">Counts what is written.</param>
internal sealed class NamespaceLinks(NetworkNamespace space, WriteCount writes) : IDisposable
{
    private readonly NetlinkSocket _socket = space.Run(() => new NetlinkSocket(NetlinkProtocol.Route));

    public NetworkNamespace Space => space;

    public Link[] List() => Read(RouteMessages.ListLinks(), RouteMessages.ReadLink);

    public Link? Find(string name)
    {
        try
        {
            return Read(RouteMessages.FindLink(name), RouteMessages.ReadLink).FirstOrDefault();
        }
        catch (NetlinkException exception) when (exception.Error == NetlinkException.NoDevice)
        {
            return null;
        }
    }

    public Link? Find(PhysicalAddress address) => Array.Find(List(), link => link.Address.Equals(address));

    public LinkAddress[] Addresses() => Read(RouteMessages.ListAddresses(), RouteMessages.ReadAddress);

    public Route[] Routes() => Read(RouteMessages.ListRoutes(), RouteMessages.ReadRoute);

    public Neighbour[] Neighbours() => Read(RouteMessages.ListNeighbours(), RouteMessages.ReadNeighbour);

    public Neighbour[] Forwarding() => Read(RouteMessages.ListForwarding(), RouteMessages.ReadNeighbour);

    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public void Write(NetlinkWriter message)
    {
        writes.Add();
        _socket.Ask(message);
    }

    /// <summary>Takes something away that may be gone by now.</summary>
    public void TryRemove(NetlinkWriter message)
    {
        try
        {
            Write(message);
        }
        catch (NetlinkException exception) when (exception.IsSurprise || exception.Error == NetlinkException.NoDevice)
        {
            // As wanted.
        }
    }

    /// <summary>Makes a bridge, if it is not there.</summary>
    public Link RequireBridge(string name, int mtu, PhysicalAddress? address = null)
    {
        if (Find(name) is { Kind: "bridge" } known)
        {
            return known;
        }

        Write(RouteMessages.AddBridge(name, mtu, address));
        return Require(name);
    }

    /// <summary>Brings an interface to what it is to be.</summary>
    public void Bring(Link link, int? mtu = null, Link? master = null)
    {
        if (mtu is { } bytes && link.Mtu != bytes)
        {
            Write(RouteMessages.SetMtu(link.Index, bytes));
        }

        if (master is not null && link.Master != master.Index)
        {
            Write(RouteMessages.SetMaster(link.Index, master.Index));
        }

        if (!link.IsUp)
        {
            Write(RouteMessages.SetUp(link.Index));
        }
    }

    /// <summary>Gives an interface just these addresses.</summary>
    public void BringAddresses(Link link, params ReadOnlySpan<(IPAddress Address, int Prefix)> wanted)
    {
        var known = Addresses().Where(item => item.Link == link.Index).ToHashSet();
        foreach (var (address, prefix) in wanted)
        {
            if (!known.Remove(new LinkAddress(link.Index, address, prefix)))
            {
                Write(RouteMessages.AddAddress(link.Index, address, prefix));
            }
        }

        foreach (var gone in known)
        {
            TryRemove(RouteMessages.RemoveAddress(gone));
        }
    }

    /// <summary>Adds the routes that are not there.</summary>
    public void BringRoutes(IEnumerable<Route> wanted)
    {
        var known = Routes().ToHashSet();
        foreach (var route in wanted.Where(route => !known.Contains(route)))
        {
            Write(RouteMessages.AddRoute(route));
        }
    }

    /// <exception cref="IOException">It is not there.</exception>
    public Link Require(string name) => Find(name) ?? throw new IOException($"interface {name} is not there");

    public void Dispose() => _socket.Dispose();

    private T[] Read<T>(NetlinkWriter question, Func<NetlinkMessage, T?> read)
        where T : class => [.. _socket.Ask(question).Select(read).OfType<T>()];
}
