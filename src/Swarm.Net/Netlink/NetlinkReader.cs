using System.Runtime.InteropServices;

namespace Swarm.Net.Netlink;

/// <summary>Takes apart what the kernel says. What is cut short or makes no sense ends the reading.</summary>
internal static class NetlinkReader
{
    private const ushort TypeMask = 0x3FFF;
    private const int AttributeHeader = 4;

    /// <summary>The messages of a packet.</summary>
    public static List<NetlinkMessage> Messages(ReadOnlyMemory<byte> packet)
    {
        var messages = new List<NetlinkMessage>();
        while (packet.Length >= NetlinkWriter.HeaderSize)
        {
            var header = packet.Span;
            var length = MemoryMarshal.Read<uint>(header);
            if (length < NetlinkWriter.HeaderSize || length > packet.Length)
            {
                break;
            }

            messages.Add(new NetlinkMessage(
                MemoryMarshal.Read<ushort>(header[4..]),
                MemoryMarshal.Read<uint>(header[8..]),
                packet[NetlinkWriter.HeaderSize..(int)length]));
            packet = packet[Math.Min(packet.Length, Align((int)length))..];
        }

        return messages;
    }

    /// <summary>Attributes by type; of two of one type the later one.</summary>
    public static Dictionary<ushort, ReadOnlyMemory<byte>> Attributes(ReadOnlyMemory<byte> bytes)
    {
        var attributes = new Dictionary<ushort, ReadOnlyMemory<byte>>();
        while (bytes.Length >= AttributeHeader)
        {
            var length = MemoryMarshal.Read<ushort>(bytes.Span);
            if (length < AttributeHeader || length > bytes.Length)
            {
                break;
            }

            var type = (ushort)(MemoryMarshal.Read<ushort>(bytes.Span[2..]) & TypeMask);
            attributes[type] = bytes[AttributeHeader..length];
            bytes = bytes[Math.Min(bytes.Length, Align(length))..];
        }

        return attributes;
    }

    /// <summary>A number among attributes; 0 when it is missing or of another size.</summary>
    public static T Number<T>(this Dictionary<ushort, ReadOnlyMemory<byte>> attributes, ushort type)
        where T : unmanaged =>
        attributes.TryGetValue(type, out var bytes) && bytes.Length >= Marshal.SizeOf<T>()
            ? MemoryMarshal.Read<T>(bytes.Span)
            : default;

    private static int Align(int length) => (length + 3) & ~3;
}

/// <summary>One message.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Sequence">The number of the request that it answers.</param>
/// <param name="Body">What follows the header.</param>
internal readonly record struct NetlinkMessage(ushort Type, uint Sequence, ReadOnlyMemory<byte> Body);
