using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Compose.Syntax;

/// <summary>Published ports in short form: <c>[[address:]host:]container[/protocol]</c>, each a port or a range.</summary>
internal static class PortSyntax
{
    /// <summary>Reads a port spec; false when it is not one.</summary>
    public static bool TryParse(string text, out List<PortMapping> mappings)
    {
        mappings = [];
        var parts = text.Split(':');
        var (protocol, container) = SplitProtocol(parts[^1]);
        var host = parts.Length > 1 ? parts[^2] : "";
        var address = parts.Length > 2 ? string.Join(':', parts[..^2]) : "";
        if (!TryReadAddress(ref address)
            || !TryReadRange(container, out var first, out var last)
            || protocol is not ("tcp" or "udp" or "sctp"))
        {
            return false;
        }

        var (hostFirst, hostLast) = (0, 0);
        if (host.Length > 0
            && (!TryReadRange(host, out hostFirst, out hostLast)
                || (last != first && last - first != hostLast - hostFirst)))
        {
            return false;
        }

        // One container port may get any port of a range of the host.
        var isChoice = first == last && hostFirst != hostLast;
        for (var offset = 0; offset <= last - first; offset++)
        {
            var low = host.Length > 0 ? hostFirst + offset : 0;
            mappings.Add(new(first + offset, protocol, address, host.Length > 0, low, isChoice ? hostLast : low));
        }

        return true;
    }

    private static (string Protocol, string Port) SplitProtocol(string text)
    {
        var parts = text.Split('/');
        return parts[0].Length == 0 || parts.Length == 1 || parts[1].Length == 0
            ? ("tcp", parts[0])
            : (parts[1].ToLowerInvariant(), parts[0]);
    }

    private static bool TryReadRange(string text, out int first, out int last)
    {
        var parts = text.Split('-');
        last = 0;
        return TryReadPort(parts[0], out first) && TryReadPort(parts.Length > 1 ? parts[1] : parts[0], out last)
            && first <= last;
    }

    private static bool TryReadPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;

    // Brackets around an IPv6 address are taken off.
    private static bool TryReadAddress(ref string address)
    {
        if (address is ['[', .. var inner, ']'])
        {
            address = inner;
        }

        return address.Length == 0 || IsAddress(address);
    }

    private static bool IsAddress(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return !text.AsSpan().ContainsAny("[]%/") && IPAddress.TryParse(text, out var parsed)
                && parsed.AddressFamily == AddressFamily.InterNetworkV6;
        }

        var parts = text.Split('.');
        return parts.Length == 4 && Array.TrueForAll(parts, part =>
            part.Length is > 0 and <= 3
            && (part.Length == 1 || part[0] != '0')
            && byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }
}

/// <summary>One container port and the host ports it is for.</summary>
/// <param name="Target">Port of the container.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="Address">Address of the host, or empty.</param>
/// <param name="IsPublished">False when no host port was given.</param>
/// <param name="First">First host port.</param>
/// <param name="Last">Last host port.</param>
internal sealed record PortMapping(int Target, string Protocol, string Address, bool IsPublished, int First, int Last)
{
    /// <summary>True when the address is a particular one; a swarm listens on all of them.</summary>
    public bool HasParticularAddress =>
        Address.Length > 0 && IPAddress.Parse(Address) is var parsed
        && !parsed.Equals(IPAddress.Any) && !parsed.Equals(IPAddress.IPv6Any);

    /// <summary>The name by which entries of one spec are ordered.</summary>
    public string Port => string.Create(CultureInfo.InvariantCulture, $"{Target}/{Protocol}");

    /// <summary>Address, host ports and container port.</summary>
    public override string ToString()
    {
        var address = Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]" : Address;
        var host = !IsPublished ? "" : First == Last
            ? First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
        return $"{address}:{host}:{Port}";
    }
}
