using System.Globalization;
using System.Text;
using Swarm.Compose.Yaml;

namespace Swarm.Compose.Values;

/// <summary>Values as JSON: what cannot be JSON is refused, and equal JSON is what makes list items equal.</summary>
internal static class JsonText
{
    /// <summary>A text that is the same for values whose JSON is the same.</summary>
    public static string Of(Value value)
    {
        var text = new StringBuilder();
        var pending = new Stack<object>();
        pending.Push(value);
        while (pending.TryPop(out var next))
        {
            switch (next)
            {
                case string literal:
                    text.Append(literal);
                    break;
                case Value { Kind: ValueKind.List } list:
                    Push(pending, "[", list.Items.SelectMany(item => new object[] { item, "," }), "]");
                    break;
                case Value { Kind: ValueKind.Map or ValueKind.OddMap } map:
                    Push(pending, "{", Sorted(map).SelectMany(member =>
                        new object[] { GoText.Quote(member.Key) + ":", member.Value.Value, "," }), "}");
                    break;
                case Value scalar:
                    text.Append(OfScalar(scalar));
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>The message for the first value, by sorted keys, that cannot be JSON; null when there is none.</summary>
    public static StackFileException? FindUnsupported(Value root)
    {
        var pending = new Stack<Value>();
        pending.Push(root);
        while (pending.TryPop(out var value))
        {
            switch (value.Kind)
            {
                case ValueKind.OddMap:
                    return new("json: unsupported type: map[interface {}]interface {}", value.Mark);
                case ValueKind.Float when !double.IsFinite((double)value.Content!):
                    return new($"json: unsupported value: {GoText.Print(value)}", value.Mark);
                case ValueKind.List:
                    foreach (var item in Enumerable.Reverse(value.Items))
                    {
                        pending.Push(item);
                    }

                    break;
                case ValueKind.Map:
                    foreach (var (_, member) in Sorted(value).Reverse())
                    {
                        pending.Push(member.Value);
                    }

                    break;
            }
        }

        return null;
    }

    private static void Push(Stack<object> pending, string open, IEnumerable<object> parts, string close)
    {
        pending.Push(close);
        foreach (var part in parts.Reverse())
        {
            pending.Push(part);
        }

        pending.Push(open);
    }

    private static IEnumerable<KeyValuePair<string, ValueMember>> Sorted(Value map) =>
        map.Map.OrderBy(member => member.Key, StringComparer.Ordinal);

    private static string OfScalar(Value value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Text => GoText.Quote(value.Text),
        ValueKind.Timestamp => GoText.Quote(((YamlTimestamp)value.Content!).ToRfc3339()),
        ValueKind.Boolean => GoText.Print(value),
        _ => Convert.ToDouble(value.Content, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
    };
}
