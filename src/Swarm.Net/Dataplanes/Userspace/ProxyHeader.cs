using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.Net.Userspace;

/// <summary>Headers of the PROXY protocol, versions 1 and 2 (HAProxy, doc/proxy-protocol.txt).</summary>
internal static class ProxyHeader
{
    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>The header that tells of a client.</summary>
    /// <param name="version">The version.</param>
    /// <param name="client">The client's end.</param>
    /// <param name="server">The end that the client called.</param>
    public static byte[] Of(ProxyProtocol version, IPEndPoint client, IPEndPoint server)
    {
        var (from, to) = (Plain(client.Address), Plain(server.Address));
        var isIPv4 = from.AddressFamily == AddressFamily.InterNetwork && to.AddressFamily == AddressFamily.InterNetwork;
        return version switch
        {
            ProxyProtocol.None => [],
            ProxyProtocol.V1 => Encoding.ASCII.GetBytes(
                $"PROXY TCP{(isIPv4 ? 4 : 6)} {Text(from, isIPv4)} {Text(to, isIPv4)} {client.Port} {server.Port}\r\n"),
            ProxyProtocol.V2 => Binary(Bytes(from, isIPv4), Bytes(to, isIPv4), client.Port, server.Port),
            _ => throw new ArgumentOutOfRangeException(nameof(version), version, "there is no such version"),
        };
    }

    private static byte[] Binary(byte[] from, byte[] to, int fromPort, int toPort)
    {
        const byte versionAndCommand = 0x21;
        const byte tcpOverIPv4 = 0x11;
        const byte tcpOverIPv6 = 0x21;
        const int ports = 4;
        var addresses = from.Length + to.Length + ports;
        var header = new byte[Signature.Length + 4 + addresses];
        Signature.CopyTo(header);
        var rest = header.AsSpan(Signature.Length);
        rest[0] = versionAndCommand;
        rest[1] = from.Length == 4 ? tcpOverIPv4 : tcpOverIPv6;
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], (ushort)addresses);
        from.CopyTo(rest[4..]);
        to.CopyTo(rest[(4 + from.Length)..]);
        BinaryPrimitives.WriteUInt16BigEndian(rest[^4..], (ushort)fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(rest[^2..], (ushort)toPort);
        return header;
    }

    // Scopes are this machine's own matter.
    private static string Text(IPAddress address, bool isIPv4) => new IPAddress(Bytes(address, isIPv4)).ToString();

    private static byte[] Bytes(IPAddress address, bool isIPv4) =>
        (isIPv4 ? address : address.MapToIPv6()).GetAddressBytes();

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
