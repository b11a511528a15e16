using System.Globalization;
using System.Numerics;
using Swarm.Compose.Values;

namespace Swarm.Compose.Syntax;

/// <summary>Shares of processors such as <c>0.25</c>, <c>1/8</c> or <c>1e-3</c>, read without rounding.</summary>
internal static class CpuSyntax
{
    private const int MaximumLength = 100;
    private const int MaximumExponent = 400;

    /// <summary>Billionths of a processor.</summary>
    /// <exception cref="FormatException">The text is no rational number, or finer than a billionth.</exception>
    public static long ParseNanoCpus(string text)
    {
        if (text.Length > MaximumLength || !TryParse(text, out var top, out var bottom))
        {
            throw new FormatException($"failed to parse {text} as a rational number");
        }

        var nano = BigInteger.DivRem(top * 1_000_000_000, bottom, out var rest);
        if (!rest.IsZero)
        {
            throw new FormatException("value is too precise");
        }

        return nano >= long.MinValue && nano <= long.MaxValue
            ? (long)nano
            : throw new FormatException($"{text} is more processors than there can be");
    }

    private static bool TryParse(string text, out BigInteger top, out BigInteger bottom)
    {
        bottom = BigInteger.One;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return TryParseDecimal(text, out top, out bottom);
        }

        var isNegative = text is ['-', ..];
        var first = text.AsSpan(text is ['-' or '+', ..] ? 1 : 0);
        first = first[..first.IndexOf('/')];
        var isFraction = GoNumber.TryParseMagnitude(first, out var dividend)
            & GoNumber.TryParseMagnitude(text.AsSpan(slash + 1), out var divisor);
        top = isNegative ? -new BigInteger(dividend) : dividend;
        bottom = divisor;
        return isFraction && divisor != 0;
    }

    private static bool TryParseDecimal(string text, out BigInteger top, out BigInteger bottom)
    {
        top = BigInteger.Zero;
        bottom = BigInteger.One;
        if (!GoNumber.TryParseFloat(text, out _) || !text.AsSpan().ContainsAnyInRange('0', '9')
            || text.Contains('_', StringComparison.Ordinal))
        {
            return false;
        }

        var e = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = 0;
        if (e >= 0 && (
            !int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
            || Math.Abs(exponent) > MaximumExponent))
        {
            return false;
        }

        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        exponent -= point < 0 ? 0 : mantissa.Length - point - 1;
        top = BigInteger.Parse(
            mantissa.Replace(".", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);
        top *= BigInteger.Pow(10, Math.Max(exponent, 0));
        bottom = BigInteger.Pow(10, Math.Max(-exponent, 0));
        return true;
    }
}
