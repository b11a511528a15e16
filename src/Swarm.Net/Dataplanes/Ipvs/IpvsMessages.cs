using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Swarm.Net.Kernel;
using Swarm.Net.Netlink;

namespace Swarm.Net.Ipvs;

/// <summary>
/// The language of IPVS: generic netlink, family <c>IPVS</c>, version 1 (<c>linux/ip_vs.h</c>). Pure.
/// </summary>
internal static class IpvsMessages
{
    private const ushort ControlFamily = 16;
    private const byte GetFamily = 3;
    private const ushort FamilyId = 1;
    private const ushort FamilyName = 2;

    private const ushort InterNetwork = 2;
    private const ushort InterNetworkV6 = 10;

    // Attributes of a command.
    private const ushort Service = 1;
    private const ushort Destination = 2;

    private const NetlinkFlags Change = NetlinkFlags.Request | NetlinkFlags.Ack;
    private const NetlinkFlags List = NetlinkFlags.Request | NetlinkFlags.Dump;

    /// <summary>Asks for the number that the family has by now; the kernel loads the module where it can.</summary>
    public static NetlinkWriter FindFamily() =>
        new NetlinkWriter(ControlFamily, Change).Command(GetFamily).Add(FamilyName, "IPVS");

    public static ushort ReadFamily(NetlinkMessage message) => Content(message).Number<ushort>(FamilyId);

    /// <summary>Asks what IPVS it is, which only those may who may change it.</summary>
    public static NetlinkWriter GetInfo(ushort family) =>
        new NetlinkWriter(family, Change).Command(IpvsCommand.GetInfo);

    public static NetlinkWriter ListServices(ushort family) =>
        new NetlinkWriter(family, List).Command(IpvsCommand.GetService);

    public static NetlinkWriter ListDestinations(ushort family, IpvsService service) =>
        new NetlinkWriter(family, List)
            .Command(IpvsCommand.GetDestination)
            .Nest(Service, nest => Identify(nest, service));

    public static NetlinkWriter Add(ushort family, IpvsService service) =>
        Whole(family, IpvsCommand.NewService, service);

    public static NetlinkWriter Set(ushort family, IpvsService service) =>
        Whole(family, IpvsCommand.SetService, service);

    public static NetlinkWriter Remove(ushort family, IpvsService service) =>
        new NetlinkWriter(family, Change)
            .Command(IpvsCommand.DeleteService)
            .Nest(Service, nest => Identify(nest, service));

    public static NetlinkWriter Add(ushort family, IpvsService service, IpvsDestination destination) =>
        Whole(family, IpvsCommand.NewDestination, service, destination);

    public static NetlinkWriter Set(ushort family, IpvsService service, IpvsDestination destination) =>
        Whole(family, IpvsCommand.SetDestination, service, destination);

    public static NetlinkWriter Remove(ushort family, IpvsService service, IpvsDestination destination) =>
        new NetlinkWriter(family, Change)
            .Command(IpvsCommand.DeleteDestination)
            .Nest(Service, nest => Identify(nest, service))
            .Nest(Destination, nest => Identify(nest, destination));

    /// <summary>A service of a list; null when it is not one for a mark.</summary>
    public static IpvsService? ReadService(NetlinkMessage message)
    {
        if (!Content(message).TryGetValue(Service, out var nested))
        {
            return null;
        }

        var attributes = NetlinkReader.Attributes(nested);
        var mark = attributes.Number<uint>(ServiceAttribute.Mark);
        return mark == 0
            ? null
            : new IpvsService(
                mark,
                attributes.Number<ushort>(ServiceAttribute.Family) == InterNetworkV6,
                attributes.TryGetValue(ServiceAttribute.Scheduler, out var name)
                    ? Encoding.ASCII.GetString(name.Span).TrimEnd('\0')
                    : "",
                (IpvsFlags)attributes.Number<uint>(ServiceAttribute.Flags) & IpvsFlags.Settable,
                attributes.Number<uint>(ServiceAttribute.Timeout));
    }

    /// <summary>A back end of a list; null when there is none in it.</summary>
    public static IpvsDestination? ReadDestination(NetlinkMessage message, bool isV6)
    {
        if (!Content(message).TryGetValue(Destination, out var nested))
        {
            return null;
        }

        var attributes = NetlinkReader.Attributes(nested);
        var size = isV6 ? 16 : 4;
        if (!attributes.TryGetValue(DestinationAttribute.Address, out var address) || address.Length < size)
        {
            return null;
        }

        var port = attributes.Number<ushort>(DestinationAttribute.Port);
        return new IpvsDestination(
            new IPAddress(address.Span[..size]),
            BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port,
            attributes.Number<uint>(DestinationAttribute.Weight))
        {
            Active = attributes.Number<uint>(DestinationAttribute.Active),
            Inactive = attributes.Number<uint>(DestinationAttribute.Inactive),
            Total = TotalOf(attributes),
        };
    }

    // The statistics' first attribute; of 32 bits where the kernel does not know the wider ones.
    private static ulong TotalOf(Dictionary<ushort, ReadOnlyMemory<byte>> attributes)
    {
        const ushort connections = 1;
        return attributes.TryGetValue(DestinationAttribute.WideStatistics, out var wide)
            ? NetlinkReader.Attributes(wide).Number<ulong>(connections)
            : attributes.TryGetValue(DestinationAttribute.Statistics, out var narrow)
                ? NetlinkReader.Attributes(narrow).Number<uint>(connections)
                : 0;
    }

    private static Dictionary<ushort, ReadOnlyMemory<byte>> Content(NetlinkMessage message)
    {
        const int header = 4;
        return message.Body.Length < header ? [] : NetlinkReader.Attributes(message.Body[header..]);
    }

    private static NetlinkWriter Whole(ushort family, byte command, IpvsService service) =>
        new NetlinkWriter(family, Change).Command(command).Nest(Service, nest =>
        {
            Identify(nest, service);
            nest.Add(ServiceAttribute.Scheduler, service.Scheduler);
            Span<uint> flags = [(uint)service.Flags, uint.MaxValue];
            nest.Add(ServiceAttribute.Flags, MemoryMarshal.AsBytes(flags));
            nest.Add(ServiceAttribute.Timeout, service.Timeout);

            // All of a client's address counts: a mask of IPv4, a number of bits of IPv6.
            nest.Add(ServiceAttribute.Netmask, service.IsV6 ? 128 : uint.MaxValue);
        });

    private static NetlinkWriter Whole(
        ushort family,
        byte command,
        IpvsService service,
        IpvsDestination destination) =>
        new NetlinkWriter(family, Change)
            .Command(command)
            .Nest(Service, nest => Identify(nest, service))
            .Nest(Destination, nest =>
            {
                const uint translated = 0;
                Identify(nest, destination);
                nest.Add(DestinationAttribute.Forwarding, translated);
                nest.Add(DestinationAttribute.Weight, destination.Weight);
                nest.Add(DestinationAttribute.UpperThreshold, 0u);
                nest.Add(DestinationAttribute.LowerThreshold, 0u);
            });

    private static void Identify(NetlinkWriter nest, IpvsService service)
    {
        nest.Add(ServiceAttribute.Family, service.IsV6 ? InterNetworkV6 : InterNetwork);
        nest.Add(ServiceAttribute.Mark, service.Mark);
    }

    private static void Identify(NetlinkWriter nest, IpvsDestination destination)
    {
        var isV6 = destination.Address.IsV6();
        nest.Add(DestinationAttribute.Address, destination.Address.GetAddressBytes());
        nest.AddBigEndian(DestinationAttribute.Port, (ushort)destination.Port);
        nest.Add(DestinationAttribute.Family, isV6 ? InterNetworkV6 : InterNetwork);
    }

    private static class IpvsCommand
    {
        public const byte NewService = 1;
        public const byte SetService = 2;
        public const byte DeleteService = 3;
        public const byte GetService = 4;
        public const byte NewDestination = 5;
        public const byte SetDestination = 6;
        public const byte DeleteDestination = 7;
        public const byte GetDestination = 8;
        public const byte GetInfo = 15;
    }

    private static class ServiceAttribute
    {
        public const ushort Family = 1;
        public const ushort Mark = 5;
        public const ushort Scheduler = 6;
        public const ushort Flags = 7;
        public const ushort Timeout = 8;
        public const ushort Netmask = 9;
    }

    private static class DestinationAttribute
    {
        public const ushort Address = 1;
        public const ushort Port = 2;
        public const ushort Forwarding = 3;
        public const ushort Weight = 4;
        public const ushort UpperThreshold = 5;
        public const ushort LowerThreshold = 6;
        public const ushort Active = 7;
        public const ushort Inactive = 8;
        public const ushort Statistics = 10;
        public const ushort Family = 11;
        public const ushort WideStatistics = 12;
    }
}
