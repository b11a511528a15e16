using System.Buffers;
using Swarm.Compose.Values;

namespace Swarm.Compose.Syntax;

/// <summary>Sizes such as <c>512m</c> or <c>1.5 GiB</c>; every unit is a power of 1024.</summary>
internal static class SizeSyntax
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789. ");

    /// <summary>The number of bytes; a fraction of a byte is cut off.</summary>
    /// <exception cref="FormatException">The text is no size, or more than 64 bits hold.</exception>
    public static long Parse(string text)
    {
        var last = text.AsSpan().LastIndexOfAny(Digits);
        if (last < 0)
        {
            throw new FormatException($"invalid size: '{text}'");
        }

        var number = GoNumber.ParseFloat(text[..(text[last] == ' ' ? last : last + 1)]);
        if (number < 0)
        {
            throw new FormatException($"invalid size: '{text}'");
        }

        var bytes = number * UnitOf(text[(last + 1)..]);
        return bytes < 9.2233720368547758E18
            ? (long)bytes
            : throw new FormatException($"invalid size: '{text}' is more than 64 bits hold");
    }

    private static double UnitOf(string suffix)
    {
        if (suffix.Length > 3)
        {
            throw new FormatException($"invalid suffix: '{suffix}'");
        }

        var lower = suffix.ToLowerInvariant();
        var power = lower is "" or "b" ? 0 : "kmgtp".IndexOf(lower[0], StringComparison.Ordinal) + 1;
        var isKnown = lower is "" or "b" || (power > 0 && lower[1..] is "" or "b" or "ib");
        return isKnown ? Math.Pow(1024, power) : throw new FormatException($"invalid suffix: '{lower}'");
    }
}
