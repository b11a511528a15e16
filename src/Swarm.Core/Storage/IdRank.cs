using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Swarm.Storage;

/// <summary>
/// Packs the first characters of an id into a number so that trees compare ids as integers: ids in ascending ordinal
/// order have ascending or equal ranks.
/// </summary>
internal static class IdRank
{
    private const int Length = sizeof(ulong);

    /// <summary>The first character that does not fit: it and all that follow it rank as the highest byte.</summary>
    private const char Saturated = '\u00FF';

    /// <summary>The rank of an id: its first eight characters as bytes, the first the most significant.</summary>
    public static ulong Of(string id)
    {
        if (!Vector128.IsHardwareAccelerated || !BitConverter.IsLittleEndian || id.Length < Length)
        {
            return Pack(id, padding: 0);
        }

        ReadOnlySpan<ushort> text = MemoryMarshal.Cast<char, ushort>(id.AsSpan());
        Vector128<ushort> chars = Vector128.Create(text);
        if (Vector128.GreaterThanOrEqualAny(chars, Vector128.Create((ushort)Saturated)))
        {
            return Pack(id, padding: 0);
        }

        return BinaryPrimitives.ReverseEndianness(Vector128.Narrow(chars, chars).AsUInt64().ToScalar());
    }

    /// <summary>
    /// The ranks between which every id with the prefix lies. Exact for prefixes of up to eight characters below
    /// U+00FF; for others the range also holds ids that do not have the prefix.
    /// </summary>
    public static (ulong Low, ulong High) OfPrefix(string prefix) =>
        (Pack(prefix, padding: 0), Pack(prefix, padding: byte.MaxValue));

    private static ulong Pack(string id, byte padding)
    {
        ulong rank = 0;
        for (int i = 0; i < Length; i++)
        {
            byte next = padding;
            if (i < id.Length)
            {
                // Characters above the limit share one byte, so what follows them must not decide the order.
                if (id[i] >= Saturated)
                {
                    return (rank << (8 * (Length - i))) | (ulong.MaxValue >> (8 * i));
                }

                next = (byte)id[i];
            }

            rank = (rank << 8) | next;
        }

        return rank;
    }
}
