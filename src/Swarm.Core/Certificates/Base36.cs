using System.Globalization;
using System.Numerics;

namespace Swarm.Certificates;

/// <summary>Big numbers in digits and lower-case letters, padded with zeros to a fixed width.</summary>
internal static class Base36
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Encode(ReadOnlySpan<byte> bytes, int width)
    {
        var number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        Span<char> text = stackalloc char[width];
        for (var position = width - 1; position >= 0; position--)
        {
            number = BigInteger.DivRem(number, 36, out var digit);
            text[position] = Digits[(int)digit];
        }

        return number.IsZero
            ? new string(text)
            : throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes do not fit into {width} digits"),
                nameof(bytes));
    }

    /// <summary>Reads a number into a fixed number of bytes; false for other characters and too large numbers.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var number = BigInteger.Zero;
        foreach (var character in text)
        {
            var digit = Digits.IndexOf(char.ToLowerInvariant(character), StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            number = (number * 36) + digit;
        }

        var size = number.GetByteCount(isUnsigned: true);
        if (size > bytes.Length)
        {
            return false;
        }

        bytes.Clear();
        return number.TryWriteBytes(bytes[(bytes.Length - size)..], out _, isUnsigned: true, isBigEndian: true);
    }
}
