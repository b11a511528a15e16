using System.Buffers;
using System.Globalization;
using Swarm.Compose.Values;

namespace Swarm.Compose.Syntax;

/// <summary>Durations such as <c>1h30m</c> or <c>1.5ms</c>, in nanoseconds, as Go reads and prints them.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create(".0123456789");

    private const ulong Limit = 1UL << 63;

    private static readonly (string Name, ulong Nanoseconds)[] Units =
    [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("μs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];

    public static bool TryParse(string text, out long nanoseconds)
    {
        try
        {
            nanoseconds = Parse(text);
            return true;
        }
        catch (FormatException)
        {
            nanoseconds = 0;
            return false;
        }
    }

    /// <exception cref="FormatException">The text is no duration; the message is Go's.</exception>
    public static long Parse(string text)
    {
        var rest = text.AsSpan();
        var isNegative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        if (rest is "0")
        {
            return 0;
        }

        if (rest.IsEmpty)
        {
            throw Invalid(text);
        }

        ulong total = 0;
        while (!rest.IsEmpty)
        {
            total += TakePart(ref rest, text);
            if (total > Limit)
            {
                throw Invalid(text);
            }
        }

        return isNegative ? unchecked(-(long)total) : total < Limit ? (long)total : throw Invalid(text);
    }

    public static string Format(long nanoseconds)
    {
        var size = nanoseconds < 0 ? unchecked((ulong)-nanoseconds) : (ulong)nanoseconds;
        var sign = nanoseconds < 0 ? "-" : "";
        return sign + size switch
        {
            0 => "0s",
            < 1_000 => Number(size, 1) + "ns",
            < 1_000_000 => Number(size, 1_000) + "µs",
            < 1_000_000_000 => Number(size, 1_000_000) + "ms",
            _ => FormatSeconds(size),
        };
    }

    private static string FormatSeconds(ulong nanoseconds)
    {
        var minutes = nanoseconds / 60_000_000_000;
        var seconds = Number(nanoseconds % 60_000_000_000, 1_000_000_000) + "s";
        return minutes switch
        {
            0 => seconds,
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h{minutes % 60}m{seconds}"),
        };
    }

    private static string Number(ulong value, ulong unit)
    {
        var whole = (value / unit).ToString(CultureInfo.InvariantCulture);
        var digits = unit.ToString(CultureInfo.InvariantCulture).Length - 1;
        var fraction = (value % unit).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0').TrimEnd('0');
        return fraction.Length == 0 ? whole : $"{whole}.{fraction}";
    }

    private static ulong TakePart(ref ReadOnlySpan<char> rest, string text)
    {
        var digits = CountDigits(rest);
        var whole = ReadWhole(rest[..digits], text);
        rest = rest[digits..];
        ulong fraction = 0;
        var scale = 1.0;
        if (rest is ['.', ..])
        {
            var decimals = CountDigits(rest[1..]);
            if (digits + decimals == 0)
            {
                throw Invalid(text);
            }

            (fraction, scale) = ReadFraction(rest.Slice(1, decimals));
            rest = rest[(decimals + 1)..];
        }
        else if (digits == 0)
        {
            throw Invalid(text);
        }

        var unit = TakeUnit(ref rest, text);
        if (whole > Limit / unit)
        {
            throw Invalid(text);
        }

        var value = (whole * unit) + (fraction > 0 ? (ulong)(fraction * (unit / scale)) : 0);
        return value <= Limit ? value : throw Invalid(text);
    }

    private static ulong TakeUnit(ref ReadOnlySpan<char> rest, string text)
    {
        var length = rest.IndexOfAny(Digits);
        var name = length < 0 ? rest : rest[..length];
        rest = rest[name.Length..];
        foreach (var unit in Units)
        {
            if (name.SequenceEqual(unit.Name))
            {
                return unit.Nanoseconds;
            }
        }

        throw new FormatException(name.IsEmpty
            ? $"time: missing unit in duration {GoText.Quote(text)}"
            : $"time: unknown unit {GoText.Quote(name.ToString())} in duration {GoText.Quote(text)}");
    }

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static ulong ReadWhole(ReadOnlySpan<char> digits, string text)
    {
        ulong value = 0;
        foreach (var digit in digits)
        {
            if (value > Limit / 10)
            {
                throw Invalid(text);
            }

            value = (value * 10) + (ulong)(digit - '0');
            if (value > Limit)
            {
                throw Invalid(text);
            }
        }

        return value;
    }

    // Digits beyond what 63 bits hold do not count.
    private static (ulong Fraction, double Scale) ReadFraction(ReadOnlySpan<char> digits)
    {
        ulong value = 0;
        var scale = 1.0;
        foreach (var digit in digits)
        {
            if (value > (Limit - 1) / 10 || (value * 10) + (ulong)(digit - '0') > Limit)
            {
                break;
            }

            value = (value * 10) + (ulong)(digit - '0');
            scale *= 10;
        }

        return (value, scale);
    }

    private static FormatException Invalid(string text) => new($"time: invalid duration {GoText.Quote(text)}");
}
