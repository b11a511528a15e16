using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Swarm.Compose.Values;

namespace Swarm.Compose.Yaml;

/// <summary>Gives plain scalars a type: YAML 1.2 with what Docker's reader keeps of 1.1.</summary>
internal static partial class YamlScalars
{
    /// <summary>The value of a scalar.</summary>
    /// <exception cref="YamlException">It has a tag that its text does not fit.</exception>
    public static Value Resolve(YamlNode node)
    {
        if (IsText(node))
        {
            return Value.Of(node.Text, node.Mark);
        }

        return node.Tag switch
        {
            "" => ResolvePlain(node.Text, node.Mark, timestamps: true),
            "!!binary" => ResolveBinary(node),
            "!!bool" => Require(node, ValueKind.Boolean),
            "!!int" => Require(node, ValueKind.Integer),
            "!!float" => Require(node, ValueKind.Float),
            "!!null" => Require(node, ValueKind.Null),
            "!!timestamp" => Require(node, ValueKind.Timestamp),
            _ => Value.Of(node.Text, node.Mark),
        };
    }

    /// <summary>The value that a text would have without quotes.</summary>
    public static Value ReadPlain(string text, SourceMark mark) => ResolvePlain(text, mark, timestamps: false);

    /// <summary>True when a scalar, as the key of a mapping, is text.</summary>
    public static bool IsTextKey(YamlNode node)
    {
        node = node is { Kind: YamlNodeKind.Alias, Target: { } target } ? target : node;
        return node.Kind == YamlNodeKind.Scalar
            && (IsText(node)
                || node.IsMergeKey
                || (node.Tag.Length == 0 && ResolvePlain(node.Text, default, timestamps: true).Kind == ValueKind.Text));
    }

    /// <summary>True when a text, written without quotes, would be read back as text.</summary>
    public static bool ReadsAsText(string text) =>
        ResolvePlain(text, default, timestamps: true).Kind == ValueKind.Text;

    private static bool IsText(YamlNode node) => node.Tag == "!!str" || (node.Tag.Length == 0 && !node.IsPlain);

    private static Value ResolvePlain(string text, SourceMark mark, bool timestamps)
    {
        if (text.Length == 0)
        {
            return Value.OfNull(mark);
        }

        return text[0] switch
        {
            '.' => OfFloat(text, mark),
            '+' or '-' or (>= '0' and <= '9') => OfNumber(text, mark, timestamps),
            '~' or 'n' or 'N' or 't' or 'T' or 'f' or 'F' => OfWord(text, mark),
            _ => Value.Of(text, mark),
        };
    }

    private static Value OfWord(string text, SourceMark mark) => text switch
    {
        "true" or "True" or "TRUE" => Value.Of(true, mark),
        "false" or "False" or "FALSE" => Value.Of(false, mark),
        "~" or "null" or "Null" or "NULL" => Value.OfNull(mark),
        _ => Value.Of(text, mark),
    };

    private static Value OfFloat(string text, SourceMark mark) => text switch
    {
        ".nan" or ".NaN" or ".NAN" => Value.Of(double.NaN, mark),
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => Value.Of(double.PositiveInfinity, mark),
        "-.inf" or "-.Inf" or "-.INF" => Value.Of(double.NegativeInfinity, mark),
        _ when GoNumber.TryParseFloat(text, out var number) && double.IsFinite(number) => Value.Of(number, mark),
        _ => Value.Of(text, mark),
    };

    private static Value OfNumber(string text, SourceMark mark, bool timestamps)
    {
        if (text.Length > 1 && text[1] == '.' && OfFloat(text, mark) is { Kind: ValueKind.Float } special
            && !double.IsFinite((double)special.Content!))
        {
            return special;
        }

        if (timestamps && YamlTimestamp.TryParse(text, out var timestamp))
        {
            return Value.Of(timestamp, mark);
        }

        var plain = text.Contains('_', StringComparison.Ordinal) ? text.Replace("_", "", StringComparison.Ordinal)
            : text;
        if (GoNumber.TryParsePrefixed(plain, out var integer))
        {
            return Value.Of(integer, mark);
        }

        if (char.IsAsciiDigit(text[0]) && GoNumber.TryParseMagnitude(plain, out var magnitude))
        {
            return Value.Of(magnitude, mark);
        }

        return FloatPattern().IsMatch(plain)
            && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? Value.Of(number, mark)
            : Value.Of(text, mark);
    }

    private static Value Require(YamlNode node, ValueKind wanted)
    {
        var value = ResolvePlain(node.Text, node.Mark, timestamps: wanted == ValueKind.Timestamp);
        var kind = value.Kind == ValueKind.Unsigned ? ValueKind.Integer : value.Kind;
        if (kind == wanted)
        {
            return value;
        }

        return wanted == ValueKind.Float && value.Kind == ValueKind.Integer
            ? Value.Of((double)value.Integer, node.Mark)
            : throw new YamlException(
                $"cannot decode {TagOf(kind)} `{node.Text}` as a {node.Tag}", node.Mark, showLine: false);
    }

    private static string TagOf(ValueKind kind) => kind switch
    {
        ValueKind.Null => "!!null",
        ValueKind.Boolean => "!!bool",
        ValueKind.Integer => "!!int",
        ValueKind.Float => "!!float",
        ValueKind.Timestamp => "!!timestamp",
        _ => "!!str",
    };

    private static Value ResolveBinary(YamlNode node)
    {
        try
        {
            var bytes = Convert.FromBase64String(node.Text);
            return Value.Of(new UTF8Encoding(false, true).GetString(bytes), node.Mark);
        }
        catch (FormatException)
        {
            throw new YamlException("!!binary value contains invalid base64 data", node.Mark, showLine: false);
        }
        catch (DecoderFallbackException)
        {
            throw new YamlException("!!binary value is not text in UTF-8", node.Mark);
        }
    }

    [GeneratedRegex(
        @"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FloatPattern();
}
