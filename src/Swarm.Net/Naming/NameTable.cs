using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Net.Naming;

/// <summary>All names a server answers itself. Immutable; swapped as a whole.</summary>
internal sealed class NameTable
{
    private readonly FrozenDictionary<string, ImmutableArray<IPAddress>> _names;
    private readonly FrozenDictionary<string, string> _reverse;

    public NameTable(IEnumerable<NameRecord> records)
    {
        var names = new Dictionary<string, ImmutableArray<IPAddress>>(StringComparer.OrdinalIgnoreCase);
        var reverse = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var record in records)
        {
            // An alias that several services share leads to all of them.
            names[record.Name] = names.TryGetValue(record.Name, out var others)
                ? [.. others.Union(record.Addresses)]
                : record.Addresses;
            foreach (var address in record.IsReversed ? record.Addresses : [])
            {
                reverse[ReverseName(address)] = record.Name;
            }
        }

        _names = names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _reverse = reverse.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The addresses of a name; false when it is none of ours.</summary>
    public bool TryFind(string name, out ImmutableArray<IPAddress> addresses) =>
        _names.TryGetValue(name, out addresses);

    /// <summary>The name behind one such as <c>4.3.2.1.in-addr.arpa</c>; null when the address is none of ours.</summary>
    public string? FindReverse(string name) => _reverse.GetValueOrDefault(name);

    private static string ReverseName(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        Array.Reverse(bytes);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? $"{string.Join('.', bytes)}.in-addr.arpa"
            : $"{string.Join('.', bytes.SelectMany(Nibbles))}.ip6.arpa";

        static IEnumerable<string> Nibbles(byte value) =>
            [(value & 15).ToString("x", CultureInfo.InvariantCulture), (value >> 4).ToString("x", CultureInfo.InvariantCulture)];
    }
}
