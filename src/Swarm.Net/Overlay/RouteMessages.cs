using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Text;
using Swarm.Net.Netlink;

namespace Swarm.Net.Overlay;

/// <summary>
/// The language of links, addresses, routes and neighbours (<c>linux/rtnetlink.h</c>, <c>linux/if_link.h</c>,
/// <c>linux/neighbour.h</c>). Pure. IPv4 only.
/// </summary>
internal static class RouteMessages
{
    private const byte InterNetwork = 2;
    private const byte BridgeFamily = 7;
    private const byte MainTable = 254;
    private const byte OfAdministrator = 4;
    private const byte Unicast = 1;
    private const byte AtLink = 253;
    private const ushort Permanent = 0x80;
    private const byte OfDevice = 2;
    private const uint IsUpFlag = 1;

    private const NetlinkFlags Change = NetlinkFlags.Request | NetlinkFlags.Ack;
    private const NetlinkFlags Make = Change | NetlinkFlags.Create | NetlinkFlags.Exclusive;
    private const NetlinkFlags List = NetlinkFlags.Request | NetlinkFlags.Dump;

    public static NetlinkWriter ListLinks() => OfLink(MessageType.GetLink, List, 0);

    /// <summary>Asks for one interface, which is refused when there is none of that name.</summary>
    public static NetlinkWriter FindLink(string name) =>
        OfLink(MessageType.GetLink, Change, 0).Add(LinkAttribute.Name, name);

    /// <summary>A bridge that keeps VLANs out.</summary>
    public static NetlinkWriter AddBridge(string name, int mtu, PhysicalAddress? address) =>
        Named(name, mtu, address).Nest(LinkAttribute.Info, info => info
            .Add(InfoAttribute.Kind, "bridge")
            .Nest(InfoAttribute.Data, data => data.Add(BridgeAttribute.DefaultVlan, (ushort)0)));

    /// <summary>A VXLAN device in another namespace, whose packets go through the one of the socket.</summary>
    public static NetlinkWriter AddVxlan(string name, int mtu, Tunnel tunnel, NetworkNamespace target) =>
        Named(name, mtu, address: null)
            .Add(LinkAttribute.Namespace, target.Descriptor)
            .Nest(LinkAttribute.Info, info => info
                .Add(InfoAttribute.Kind, "vxlan")
                .Nest(InfoAttribute.Data, data => data
                    .Add(VxlanAttribute.Id, tunnel.Vni)
                    .Add(VxlanAttribute.Local, tunnel.Local.GetAddressBytes())
                    .Add(VxlanAttribute.Learning, (byte)0)
                    .Add(VxlanAttribute.Proxy, (byte)1)
                    .AddBigEndian(VxlanAttribute.Port, tunnel.Port)));

    /// <summary>Two ends of a wire, the second one in another namespace.</summary>
    public static NetlinkWriter AddWire(
        string name,
        int mtu,
        string peer,
        PhysicalAddress peerAddress,
        NetworkNamespace target) =>
        Named(name, mtu, address: null).Nest(LinkAttribute.Info, info => info
            .Add(InfoAttribute.Kind, "veth")
            .Nest(InfoAttribute.Data, data => data.Nest(WireAttribute.Peer, end => end
                .Header(new byte[16])
                .Add(LinkAttribute.Name, peer)
                .Add(LinkAttribute.Mtu, (uint)mtu)
                .Add(LinkAttribute.Address, peerAddress.GetAddressBytes())
                .Add(LinkAttribute.Namespace, target.Descriptor))));

    public static NetlinkWriter SetUp(int link) => OfLink(MessageType.NewLink, Change, link, IsUpFlag, IsUpFlag);

    public static NetlinkWriter SetMaster(int link, int master) =>
        OfLink(MessageType.NewLink, Change, link).Add(LinkAttribute.Master, (uint)master);

    public static NetlinkWriter SetMtu(int link, int mtu) =>
        OfLink(MessageType.NewLink, Change, link).Add(LinkAttribute.Mtu, (uint)mtu);

    /// <summary>A port of a bridge that reaches no other port which is so, too.</summary>
    public static NetlinkWriter Isolate(int link) =>
        OfLink(MessageType.NewLink, Change, link).Nest(LinkAttribute.Info, info => info
            .Add(InfoAttribute.MasterKind, "bridge")
            .Nest(InfoAttribute.MasterData, data => data.Add(BridgePortAttribute.Isolated, (byte)1)));

    public static NetlinkWriter RemoveLink(int link) => OfLink(MessageType.DeleteLink, Change, link);

    public static NetlinkWriter ListAddresses() =>
        new NetlinkWriter(MessageType.GetAddress, List).Header([InterNetwork, 0, 0, 0, 0, 0, 0, 0]);

    public static NetlinkWriter AddAddress(int link, IPAddress address, int prefix) =>
        OfAddress(MessageType.NewAddress, Make, link, address, prefix);

    public static NetlinkWriter RemoveAddress(LinkAddress address) =>
        OfAddress(MessageType.DeleteAddress, Change, address.Link, address.Address, address.Prefix);

    public static NetlinkWriter ListRoutes() =>
        new NetlinkWriter(MessageType.GetRoute, List).Header([InterNetwork, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

    public static NetlinkWriter AddRoute(Route route)
    {
        var scope = route.Gateway is null ? AtLink : (byte)0;
        var prefix = (byte)route.Target.PrefixLength;
        var message = new NetlinkWriter(MessageType.NewRoute, Make)
            .Header([InterNetwork, prefix, 0, 0, MainTable, OfAdministrator, scope, Unicast, 0, 0, 0, 0])
            .Add(RouteAttribute.Link, (uint)route.Link);
        if (prefix > 0)
        {
            message.Add(RouteAttribute.Target, route.Target.BaseAddress.GetAddressBytes());
        }

        return route.Gateway is { } gateway
            ? message.Add(RouteAttribute.Gateway, gateway.GetAddressBytes())
            : message;
    }

    public static NetlinkWriter ListNeighbours() => OfNeighbour(MessageType.GetNeighbour, List, InterNetwork, 0);

    public static NetlinkWriter ListForwarding() => OfNeighbour(MessageType.GetNeighbour, List, BridgeFamily, 0);

    /// <summary>Says for good who has an address of the network.</summary>
    public static NetlinkWriter SetNeighbour(Neighbour neighbour) => OfNeighbour(
        MessageType.NewNeighbour, Change | NetlinkFlags.Create | NetlinkFlags.Replace, InterNetwork, neighbour);

    /// <summary>Says for good behind which machine a hardware address is.</summary>
    public static NetlinkWriter SetForwarding(Neighbour neighbour) => OfNeighbour(
        MessageType.NewNeighbour, Change | NetlinkFlags.Create | NetlinkFlags.Replace, BridgeFamily, neighbour);

    public static NetlinkWriter RemoveNeighbour(Neighbour neighbour) =>
        OfNeighbour(MessageType.DeleteNeighbour, Change, InterNetwork, neighbour);

    public static NetlinkWriter RemoveForwarding(Neighbour neighbour) =>
        OfNeighbour(MessageType.DeleteNeighbour, Change, BridgeFamily, neighbour);

    /// <summary>An interface; null for what makes no sense.</summary>
    public static Link? ReadLink(NetlinkMessage message)
    {
        const int header = 16;
        if (message.Body.Length < header)
        {
            return null;
        }

        var attributes = NetlinkReader.Attributes(message.Body[header..]);
        var info = attributes.TryGetValue(LinkAttribute.Info, out var nested) ? NetlinkReader.Attributes(nested) : [];
        var data = info.TryGetValue(InfoAttribute.Data, out var own) ? NetlinkReader.Attributes(own) : [];
        var kind = Text(info, InfoAttribute.Kind);
        return new Link(
            MemoryMarshal.Read<int>(message.Body.Span[4..]),
            Text(attributes, LinkAttribute.Name),
            kind,
            (int)attributes.Number<uint>(LinkAttribute.Master),
            Hardware(attributes, LinkAttribute.Address),
            (int)attributes.Number<uint>(LinkAttribute.Mtu),
            (MemoryMarshal.Read<uint>(message.Body.Span[8..]) & IsUpFlag) != 0,
            kind != "vxlan" ? null : new Tunnel(
                data.Number<uint>(VxlanAttribute.Id),
                (ushort)IPAddress.NetworkToHostOrder((short)data.Number<ushort>(VxlanAttribute.Port)),
                Address(data, VxlanAttribute.Local) ?? IPAddress.Any));
    }

    public static LinkAddress? ReadAddress(NetlinkMessage message)
    {
        const int header = 8;
        if (message.Body.Length < header || message.Body.Span[0] != InterNetwork)
        {
            return null;
        }

        var attributes = NetlinkReader.Attributes(message.Body[header..]);
        return Address(attributes, AddressAttribute.Local) is { } address
            ? new LinkAddress(MemoryMarshal.Read<int>(message.Body.Span[4..]), address, message.Body.Span[1])
            : null;
    }

    /// <summary>A route of the main table.</summary>
    public static Route? ReadRoute(NetlinkMessage message)
    {
        const int header = 12;
        if (message.Body.Length < header
            || message.Body.Span is not [InterNetwork, var prefix and <= 32, _, _, MainTable, _, _, Unicast, ..])
        {
            return null;
        }

        var attributes = NetlinkReader.Attributes(message.Body[header..]);
        return new Route(
            (int)attributes.Number<uint>(RouteAttribute.Link),
            new IPNetwork(Address(attributes, RouteAttribute.Target) ?? IPAddress.Any, prefix),
            Address(attributes, RouteAttribute.Gateway));
    }

    /// <summary>An entry that stays; of the table of a bridge only those that lead to other machines.</summary>
    public static Neighbour? ReadNeighbour(NetlinkMessage message)
    {
        const int header = 12;
        if (message.Body.Length < header || (MemoryMarshal.Read<ushort>(message.Body.Span[8..]) & Permanent) == 0)
        {
            return null;
        }

        var attributes = NetlinkReader.Attributes(message.Body[header..]);
        return Address(attributes, NeighbourAttribute.Target) is { } address
            ? new Neighbour(
                MemoryMarshal.Read<int>(message.Body.Span[4..]),
                address,
                Hardware(attributes, NeighbourAttribute.Hardware))
            : null;
    }

    private static NetlinkWriter Named(string name, int mtu, PhysicalAddress? address)
    {
        var message = OfLink(MessageType.NewLink, Make, 0)
            .Add(LinkAttribute.Name, name)
            .Add(LinkAttribute.Mtu, (uint)mtu);
        return address is null ? message : message.Add(LinkAttribute.Address, address.GetAddressBytes());
    }

    private static NetlinkWriter OfLink(ushort type, NetlinkFlags flags, int link, uint state = 0, uint mask = 0)
    {
        Span<byte> header = stackalloc byte[16];
        header.Clear();
        MemoryMarshal.Write(header[4..], link);
        MemoryMarshal.Write(header[8..], state);
        MemoryMarshal.Write(header[12..], mask);
        return new NetlinkWriter(type, flags).Header(header);
    }

    private static NetlinkWriter OfAddress(ushort type, NetlinkFlags flags, int link, IPAddress address, int prefix)
    {
        Span<byte> header = [InterNetwork, (byte)prefix, 0, 0, 0, 0, 0, 0];
        MemoryMarshal.Write(header[4..], link);
        return new NetlinkWriter(type, flags)
            .Header(header)
            .Add(AddressAttribute.Local, address.GetAddressBytes())
            .Add(AddressAttribute.Address, address.GetAddressBytes());
    }

    private static NetlinkWriter OfNeighbour(ushort type, NetlinkFlags flags, byte family, Neighbour neighbour) =>
        OfNeighbour(type, flags, family, neighbour.Link)
            .Add(NeighbourAttribute.Target, neighbour.Address.GetAddressBytes())
            .Add(NeighbourAttribute.Hardware, neighbour.Hardware.GetAddressBytes());

    private static NetlinkWriter OfNeighbour(ushort type, NetlinkFlags flags, byte family, int link)
    {
        Span<byte> header = [family, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        MemoryMarshal.Write(header[4..], link);
        MemoryMarshal.Write(header[8..], Permanent);
        header[10] = family == BridgeFamily ? OfDevice : (byte)0;
        return new NetlinkWriter(type, flags).Header(header);
    }

    private static IPAddress? Address(Dictionary<ushort, ReadOnlyMemory<byte>> attributes, ushort type) =>
        attributes.TryGetValue(type, out var bytes) && bytes.Length == 4 ? new IPAddress(bytes.Span) : null;

    private static PhysicalAddress Hardware(Dictionary<ushort, ReadOnlyMemory<byte>> attributes, ushort type) =>
        attributes.TryGetValue(type, out var bytes) ? new PhysicalAddress(bytes.ToArray()) : PhysicalAddress.None;

    private static string Text(Dictionary<ushort, ReadOnlyMemory<byte>> attributes, ushort type) =>
        attributes.TryGetValue(type, out var bytes) ? Encoding.ASCII.GetString(bytes.Span).TrimEnd('\0') : "";

    private static class MessageType
    {
        public const ushort NewLink = 16;
        public const ushort DeleteLink = 17;
        public const ushort GetLink = 18;
        public const ushort NewAddress = 20;
        public const ushort DeleteAddress = 21;
        public const ushort GetAddress = 22;
        public const ushort NewRoute = 24;
        public const ushort GetRoute = 26;
        public const ushort NewNeighbour = 28;
        public const ushort DeleteNeighbour = 29;
        public const ushort GetNeighbour = 30;
    }

    private static class LinkAttribute
    {
        public const ushort Address = 1;
        public const ushort Name = 3;
        public const ushort Mtu = 4;
        public const ushort Master = 10;
        public const ushort Info = 18;
        public const ushort Namespace = 28;
    }

    private static class InfoAttribute
    {
        public const ushort Kind = 1;
        public const ushort Data = 2;
        public const ushort MasterKind = 4;
        public const ushort MasterData = 5;
    }

    private static class VxlanAttribute
    {
        public const ushort Id = 1;
        public const ushort Local = 4;
        public const ushort Learning = 7;
        public const ushort Proxy = 11;
        public const ushort Port = 15;
    }

    private static class BridgeAttribute
    {
        public const ushort DefaultVlan = 39;
    }

    private static class BridgePortAttribute
    {
        public const ushort Isolated = 33;
    }

    private static class WireAttribute
    {
        public const ushort Peer = 1;
    }

    private static class AddressAttribute
    {
        public const ushort Address = 1;
        public const ushort Local = 2;
    }

    private static class RouteAttribute
    {
        public const ushort Target = 1;
        public const ushort Link = 4;
        public const ushort Gateway = 5;
    }

    private static class NeighbourAttribute
    {
        public const ushort Target = 1;
        public const ushort Hardware = 2;
    }
}
