using System.Globalization;

namespace Swarm.Compose.Values;

/// <summary>Numbers as Go's library reads and prints them.</summary>
internal static class GoNumber
{
    /// <summary>Reads an integer whose prefix tells the base: <c>0x</c>, <c>0o</c>, <c>0b</c>, leading <c>0</c>.</summary>
    public static bool TryParsePrefixed(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var isNegative = text is ['-', ..];
        if (!TryParseMagnitude(text is ['+' or '-', ..] ? text[1..] : text, out var magnitude))
        {
            return false;
        }

        if (magnitude > (isNegative ? 1UL << 63 : long.MaxValue))
        {
            return false;
        }

        value = isNegative ? unchecked(-(long)magnitude) : (long)magnitude;
        return true;
    }

    /// <summary>As the other, without a sign and up to 64 bits.</summary>
    public static bool TryParseMagnitude(ReadOnlySpan<char> text, out ulong value)
    {
        var (radix, prefix) = text switch
        {
            ['0', 'x' or 'X', ..] => (16UL, 2),
            ['0', 'o' or 'O', ..] => (8UL, 2),
            ['0', 'b' or 'B', ..] => (2UL, 2),
            ['0', _, ..] => (8UL, 1),
            _ => (10UL, 0),
        };
        var digits = text[prefix..];
        value = 0;
        if (digits.IsEmpty)
        {
            return false;
        }

        foreach (var character in digits)
        {
            var digit = char.IsAsciiHexDigit(character)
                ? (ulong)Convert.ToInt32(character.ToString(), 16)
                : ulong.MaxValue;
            if (digit >= radix || value > (ulong.MaxValue - digit) / radix)
            {
                return false;
            }

            value = (value * radix) + digit;
        }

        return true;
    }

    /// <summary>Reads a decimal integer; the failure is in Go's words.</summary>
    public static long Atoi(string text)
    {
        var digits = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            throw new FormatException($"strconv.Atoi: parsing {GoText.Quote(text)}: invalid syntax");
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"strconv.Atoi: parsing {GoText.Quote(text)}: value out of range");
    }

    /// <summary>Reads a decimal floating-point number; the failure is in Go's words.</summary>
    public static double ParseFloat(string text)
    {
        if (TryParseFloat(text, out var value))
        {
            return double.IsInfinity(value) && text.AsSpan().IndexOfAnyInRange('0', '9') >= 0
                ? throw new FormatException($"strconv.ParseFloat: parsing {GoText.Quote(text)}: value out of range")
                : value;
        }

        throw new FormatException($"strconv.ParseFloat: parsing {GoText.Quote(text)}: invalid syntax");
    }

    /// <summary>True for a number in Go's decimal syntax; infinite when it is out of range.</summary>
    public static bool TryParseFloat(string text, out double value)
    {
        var unsigned = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        var sign = text is ['-', ..] ? -1.0 : 1.0;
        if (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase)
            || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = sign * double.PositiveInfinity;
            return true;
        }

        if (text.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            value = double.NaN;
            return true;
        }

        value = 0;
        return HasFloatShape(unsigned)
            && double.TryParse(
                text.Replace("_", "", StringComparison.Ordinal),
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out value);
    }

    /// <summary>The shortest text that reads back as the same number, as Go's <c>%v</c> prints it.</summary>
    public static string Format(double value) => Format(value, value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>As the other, for 32 bits.</summary>
    public static string Format(float value) => Format(value, value.ToString("R", CultureInfo.InvariantCulture));

    private static string Format(double value, string shortest)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        var (digits, exponent) = Dissect(shortest.AsSpan().TrimStart('-'));
        return (value < 0 ? "-" : "") + (exponent is < -4 or >= 6
            ? Scientific(digits, exponent)
            : Positional(digits, exponent));
    }

    // .NET finds the same shortest digits but changes to exponents elsewhere: take digits and exponent, print by hand.
    private static (string Digits, int Exponent) Dissect(ReadOnlySpan<char> text)
    {
        var e = text.IndexOf('E');
        var exponent = e < 0 ? 0
            : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var all = string.Concat(whole, point < 0 ? [] : mantissa[(point + 1)..]);
        var leading = all.AsSpan().IndexOfAnyExcept('0');
        return (all.Trim('0'), exponent + whole.Length - 1 - leading);
    }

    private static string Scientific(string digits, int exponent) =>
        digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "")
        + string.Create(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0')
            : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    // digits [ "." digits ] [ e [sign] digits ], a digit on one side of the point, underscores between digits.
    private static bool HasFloatShape(ReadOnlySpan<char> text)
    {
        var e = text.IndexOfAny('e', 'E');
        var mantissa = e < 0 ? text : text[..e];
        if (e >= 0)
        {
            var exponent = text[(e + 1)..];
            exponent = exponent is ['+' or '-', ..] ? exponent[1..] : exponent;
            if (exponent.IsEmpty || exponent.ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }
        }

        var previous = '.';
        var digits = 0;
        var points = 0;
        foreach (var character in mantissa)
        {
            if (character == '_' ? !char.IsAsciiDigit(previous) : character == '.' ? previous == '_'
                : !char.IsAsciiDigit(character))
            {
                return false;
            }

            points += character == '.' ? 1 : 0;
            digits += char.IsAsciiDigit(character) ? 1 : 0;
            previous = character;
        }

        return digits > 0 && points <= 1 && previous != '_';
    }
}
