using System.Globalization;
using System.Numerics;
using Swarm.Compose.Syntax;
using Swarm.Compose.Values;

namespace Swarm.Compose.Schema;

/// <summary>The formats that the schemas name.</summary>
internal static class SchemaFormats
{
    public static bool IsFormat(string format, Value value) => format switch
    {
        "duration" => value.Kind == ValueKind.Text && GoDuration.TryParse(value.Text, out _),
        "ports" => IsPorts(value),
        _ => true,
    };

    private static bool IsPorts(Value value) =>
        PortSyntax.TryParse(value.Kind == ValueKind.Text ? value.Text : Numerator(value), out _);

    // Docker looks at a number as a fraction, and at what stands above the line.
    private static string Numerator(Value value)
    {
        if (value.Kind != ValueKind.Float)
        {
            return GoText.Print(value);
        }

        var text = ((double)value.Content!).ToString("E17", CultureInfo.InvariantCulture);
        var number = decimal.TryParse(
            ((double)value.Content).ToString("R", CultureInfo.InvariantCulture),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out var parsed)
            ? parsed
            : (decimal?)null;
        if (number is not { } exact)
        {
            return text;
        }

        var bits = decimal.GetBits(exact);
        var top = new BigInteger([.. BitConverter.GetBytes(bits[0]), .. BitConverter.GetBytes(bits[1]),
            .. BitConverter.GetBytes(bits[2]), 0]);
        var bottom = BigInteger.Pow(10, (bits[3] >> 16) & 0xFF);
        top /= BigInteger.GreatestCommonDivisor(top, bottom);
        return (exact < 0 ? -top : top).ToString(CultureInfo.InvariantCulture);
    }
}
