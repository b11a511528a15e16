using System.Globalization;

namespace Swarm.Compose.Yaml;

/// <summary>A moment as YAML writes it; kept as written because that is how it is printed.</summary>
internal readonly record struct YamlTimestamp(
    int Year, int Month, int Day, int Hour, int Minute, int Second, int Nanoseconds, int OffsetMinutes)
{
    /// <summary>Reads the forms that are taken for a timestamp: a date, RFC 3339, or date, space and time.</summary>
    public static bool TryParse(string text, out YamlTimestamp timestamp)
    {
        var rest = text.AsSpan();
        timestamp = default;
        if (!(Take(ref rest, 4, 4, out var year) && Skip(ref rest, '-')
            && Take(ref rest, 1, 2, out var month) && Skip(ref rest, '-')
            && Take(ref rest, 1, 2, out var day)
            && month is >= 1 and <= 12 && day >= 1 && day <= DaysIn(year, month)))
        {
            return false;
        }

        timestamp = new(year, month, day, 0, 0, 0, 0, 0);
        if (rest.IsEmpty)
        {
            return true;
        }

        var separator = rest[0];
        rest = rest[1..];
        return separator is 'T' or 't' or ' '
            && TryParseTime(ref rest, ref timestamp)
            && (separator == ' ' || TryParseZone(ref rest, ref timestamp))
            && rest.IsEmpty;
    }

    /// <summary>As it becomes when it lands where text is wanted.</summary>
    public string ToText() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Year:0000}-{Month:00}-{Day:00} {Hour:00}:{Minute:00}:{Second:00}{Fraction()} {Offset("")} ")
        + (OffsetMinutes == 0 ? "UTC" : Offset(""));

    /// <summary>RFC 3339.</summary>
    public string ToRfc3339() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Year:0000}-{Month:00}-{Day:00}T{Hour:00}:{Minute:00}:{Second:00}{Fraction()}")
        + (OffsetMinutes == 0 ? "Z" : Offset(":"));

    private string Fraction() =>
        Nanoseconds == 0 ? "" : "." + Nanoseconds.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');

    private string Offset(string separator)
    {
        var size = Math.Abs(OffsetMinutes);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(OffsetMinutes < 0 ? '-' : '+')}{size / 60:00}{separator}{size % 60:00}");
    }

    private static bool TryParseTime(ref ReadOnlySpan<char> rest, ref YamlTimestamp timestamp)
    {
        if (!(Take(ref rest, 1, 2, out var hour) && hour < 24 && Skip(ref rest, ':')
            && Take(ref rest, 1, 2, out var minute) && minute < 60 && Skip(ref rest, ':')
            && Take(ref rest, 1, 2, out var second) && second < 60))
        {
            return false;
        }

        timestamp = timestamp with
        {
            Hour = hour,
            Minute = minute,
            Second = second,
            Nanoseconds = TakeFraction(ref rest),
        };
        return true;
    }

    private static int TakeFraction(ref ReadOnlySpan<char> rest)
    {
        if (rest is not ['.' or ',', >= '0' and <= '9', ..])
        {
            return 0;
        }

        var digits = 1;
        var nanoseconds = 0;
        for (; digits < rest.Length && char.IsAsciiDigit(rest[digits]); digits++)
        {
            nanoseconds = digits <= 9 ? (nanoseconds * 10) + rest[digits] - '0' : nanoseconds;
        }

        for (var missing = digits; missing <= 9; missing++)
        {
            nanoseconds *= 10;
        }

        rest = rest[digits..];
        return nanoseconds;
    }

    private static bool TryParseZone(ref ReadOnlySpan<char> rest, ref YamlTimestamp timestamp)
    {
        if (Skip(ref rest, 'Z'))
        {
            return true;
        }

        var sign = rest is ['-', ..] ? -1 : 1;
        if (!((Skip(ref rest, '+') || Skip(ref rest, '-'))
            && Take(ref rest, 2, 2, out var hours) && hours <= 24 && Skip(ref rest, ':')
            && Take(ref rest, 2, 2, out var minutes) && minutes <= 60))
        {
            return false;
        }

        timestamp = timestamp with { OffsetMinutes = sign * ((hours * 60) + minutes) };
        return true;
    }

    private static bool Take(ref ReadOnlySpan<char> rest, int minimum, int maximum, out int number)
    {
        number = 0;
        var digits = 0;
        for (; digits < maximum && digits < rest.Length && char.IsAsciiDigit(rest[digits]); digits++)
        {
            number = (number * 10) + rest[digits] - '0';
        }

        rest = rest[digits..];
        return digits >= minimum;
    }

    private static bool Skip(ref ReadOnlySpan<char> rest, char wanted)
    {
        if (rest.IsEmpty || rest[0] != wanted)
        {
            return false;
        }

        rest = rest[1..];
        return true;
    }

    private static int DaysIn(int year, int month) =>
        month == 2 && year == 0 ? 29 : DateTime.DaysInMonth(Math.Max(year, 1), month);
}
