using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Scheduling;

/// <summary>One address or the addresses that share a prefix.</summary>
internal sealed class AddressRange
{
    private readonly byte[] _network;
    private readonly int _prefixLength;

    private AddressRange(IPAddress network, int prefixLength)
    {
        _network = network.GetAddressBytes();
        _prefixLength = prefixLength;
    }

    /// <summary>Reads an address or a CIDR; bits after the prefix are ignored. Null when it is neither.</summary>
    public static AddressRange? TryParse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return ParseAddress(text) is { } single ? new(single, BitsOf(single)) : null;
        }

        return ParseAddress(text[..slash]) is { } network
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length <= BitsOf(network)
            ? new(network, length)
            : null;
    }

    /// <summary>Reads four decimal parts or IPv6; the framework would also take "1" or octal parts.</summary>
    public static IPAddress? ParseAddress(string text)
    {
        if (!IPAddress.TryParse(text, out var address))
        {
            return null;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return text[0] == '[' ? null : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        }

        return address.ToString() == text ? address : null;
    }

    public bool Contains(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out var length) || length != _network.Length)
        {
            return false;
        }

        var whole = _prefixLength / 8;
        if (!bytes[..whole].SequenceEqual(_network.AsSpan(0, whole)))
        {
            return false;
        }

        var rest = _prefixLength % 8;
        return rest == 0 || (bytes[whole] ^ _network[whole]) >> (8 - rest) == 0;
    }

    private static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
}
