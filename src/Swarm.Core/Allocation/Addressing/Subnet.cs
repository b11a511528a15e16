using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Swarm.Scheduling;

namespace Swarm.Allocation.Addressing;

/// <summary>The addresses that share a prefix.</summary>
/// <param name="Network">The first of them, as a number.</param>
/// <param name="PrefixLength">Length of the prefix in bits.</param>
/// <param name="Bits">32 for IPv4, 128 for IPv6.</param>
internal readonly record struct Subnet(UInt128 Network, int PrefixLength, int Bits)
{
    public const int BitsOfIPv4 = 32;
    private const int BitsOfIPv6 = 128;
    private const int BitsOfOrdinals = 64;

    public bool IsIPv4 => Bits == BitsOfIPv4;

    /// <summary>
    /// Number of the last address, counted from the first as 0. An IPv6 subnet is used as far as 64 bits reach.
    /// </summary>
    public ulong LastOrdinal => Bits - PrefixLength >= BitsOfOrdinals
        ? ulong.MaxValue - 1
        : (1UL << (Bits - PrefixLength)) - 1;

    /// <summary>Reads CIDR notation; bits after the prefix are ignored.</summary>
    public static bool TryParse(string text, out Subnet subnet) => TryParse(text, out subnet, out _);

    /// <summary>Reads CIDR notation as the address it names and the subnet that it lies in.</summary>
    public static bool TryParse(string text, out Subnet subnet, [NotNullWhen(true)] out IPAddress? address)
    {
        (subnet, address) = (default, null);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || AddressRange.ParseAddress(text[..slash]) is not { } parsed
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > BitsOf(parsed))
        {
            return false;
        }

        var bits = BitsOf(parsed);
        (subnet, address) = (new Subnet(Number(parsed) & MaskOf(length, bits), length, bits), parsed);
        return true;
    }

    public bool Contains(IPAddress address) =>
        BitsOf(address) == Bits && (Number(address) & MaskOf(PrefixLength, Bits)) == Network;

    public bool Overlaps(Subnet other)
    {
        var shorter = Math.Min(PrefixLength, other.PrefixLength);
        return Bits == other.Bits && ((Network ^ other.Network) & MaskOf(shorter, Bits)) == 0;
    }

    /// <summary>Place of an address among those of the subnet; null when it lies beyond what is used.</summary>
    public ulong? OrdinalOf(IPAddress address)
    {
        var ordinal = Number(address) - Network;
        return Contains(address) && ordinal <= LastOrdinal ? (ulong)ordinal : null;
    }

    public IPAddress AddressAt(ulong ordinal)
    {
        if (IsIPv4)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(four, (uint)(Network + ordinal));
            return new IPAddress(four);
        }

        Span<byte> sixteen = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(sixteen, Network + ordinal);
        return new IPAddress(sixteen);
    }

    /// <summary>An address of the subnet as Docker stores it: with the length of the prefix.</summary>
    public string Write(ulong ordinal) => string.Create(
        CultureInfo.InvariantCulture,
        $"{AddressAt(ordinal)}/{PrefixLength}");

    /// <summary>The part with this number, when the subnet is cut into parts with longer prefixes.</summary>
    public Subnet Part(long index, int length) => new(Network + ((UInt128)index << (Bits - length)), length, Bits);

    public override string ToString() => Write(0);

    private static UInt128 MaskOf(int length, int bits) =>
        length == 0 ? 0 : (UInt128.MaxValue << (bits - length)) & (UInt128.MaxValue >> (BitsOfIPv6 - bits));

    private static int BitsOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? BitsOfIPv4 : BitsOfIPv6;

    private static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
