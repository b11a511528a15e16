using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Net;

/// <summary>Who a connection or packet comes from.</summary>
/// <param name="High">First half of the address as IPv6, in network order.</param>
/// <param name="Low">Second half.</param>
/// <param name="Port">The client's port.</param>
public readonly record struct FlowKey(ulong High, ulong Low, ushort Port)
{
    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    /// <summary>Hash of address and port; the same in every process.</summary>
    internal ulong FlowHash => Hashing.Mix(High ^ Port, Low);

    /// <summary>Hash of the address; the same in every process.</summary>
    internal ulong AddressHash => Hashing.Mix(High, Low);

    /// <summary>The key of an end point.</summary>
    /// <param name="endPoint">Address and port of the client.</param>
    /// <returns>The key; IPv4 and its IPv6-mapped form are the same.</returns>
    public static FlowKey Of(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return Of(endPoint.Address, endPoint.Port);
    }

    /// <summary>The key of a socket address as the system gave it.</summary>
    internal static FlowKey Of(SocketAddress address) =>
        Of(address.Family == AddressFamily.InterNetwork, address.Buffer.Span);

    /// <summary>The key of a sockaddr_in or sockaddr_in6.</summary>
    internal static FlowKey Of(bool isIPv4, ReadOnlySpan<byte> bytes)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return isIPv4
            ? new(0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), port)
            : new(
                BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
                port);
    }

    internal static FlowKey Of(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var count);
        return count == 4
            ? new(0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)port)
            : new(
                BinaryPrimitives.ReadUInt64BigEndian(bytes),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
                (ushort)port);
    }
}
