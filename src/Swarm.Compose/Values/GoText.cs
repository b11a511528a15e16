using System.Globalization;
using System.Text;
using Swarm.Compose.Yaml;

namespace Swarm.Compose.Values;

/// <summary>Values as Go prints them; messages and text fields show values this way.</summary>
internal static class GoText
{
    // Deep values only ever stand in messages.
    private const int DeepestPrinted = 32;

    /// <summary>As <c>%v</c>.</summary>
    public static string Print(Value value) => Print(value, 0);

    /// <summary>As <c>%#v</c>, in Go's own syntax.</summary>
    public static string PrintSyntax(Value value) => PrintSyntax(value, 0);

    /// <summary>As <c>%q</c>.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append((char)rune.Value);
                    break;
                case >= 7 and <= 13:
                    quoted.Append('\\').Append("abtnvfr"[rune.Value - 7]);
                    break;
                default:
                    AppendRune(quoted, rune);
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }

    private static void AppendRune(StringBuilder quoted, Rune rune)
    {
        if (IsPrintable(rune))
        {
            quoted.Append(rune.ToString());
        }
        else
        {
            _ = rune.Value switch
            {
                < 0x80 => quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                < 0x1_0000 => quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }
    }

    private static bool IsPrintable(Rune rune) =>
        rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator);

    private static string Print(Value value, int depth) => value.Kind switch
    {
        ValueKind.Null => "<nil>",
        ValueKind.Boolean => (bool)value.Content! ? "true" : "false",
        ValueKind.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        ValueKind.Unsigned => ((ulong)value.Content!).ToString(CultureInfo.InvariantCulture),
        ValueKind.Float => GoNumber.Format((double)value.Content!),
        ValueKind.Text => value.Text,
        ValueKind.Timestamp => ((YamlTimestamp)value.Content!).ToText(),
        _ when depth > DeepestPrinted => "...",
        ValueKind.List => $"[{string.Join(' ', value.Items.Select(item => Print(item, depth + 1)))}]",
        _ => $"map[{string.Join(' ', Sorted(value).Select(member =>
            $"{member.Key}:{Print(member.Value.Value, depth + 1)}"))}]",
    };

    private static string PrintSyntax(Value value, int depth) => value.Kind switch
    {
        ValueKind.Null => "interface {}(nil)",
        ValueKind.Text => Quote(value.Text),
        _ when value.IsScalar => Print(value, depth),
        _ when depth > DeepestPrinted => "...",
        ValueKind.List => $"[]interface {{}}{{{string.Join(", ", value.Items.Select(item => PrintSyntax(item, depth + 1)))}}}",
        _ => $"{value.GoType}{{{string.Join(", ", Sorted(value).Select(member =>
            $"{Quote(member.Key)}:{PrintSyntax(member.Value.Value, depth + 1)}"))}}}",
    };

    private static IEnumerable<KeyValuePair<string, ValueMember>> Sorted(Value value) =>
        value.Map.OrderBy(member => member.Key, StringComparer.Ordinal);
}
