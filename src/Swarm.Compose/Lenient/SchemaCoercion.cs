using Swarm.Compose.Loading;
using Swarm.Compose.Schema;
using Swarm.Compose.Values;
using Swarm.Compose.Yaml;

namespace Swarm.Compose.Lenient;

/// <summary>
/// Brings values into the types that the stack format wants, and leaves out keys that it does not know, with a warning
/// for
/// each. Goes no deeper into a value than the schema does.
/// </summary>
internal sealed class SchemaCoercion(LoadContext context)
{
    public Value Coerce(SchemaNode schema, Value value, string path)
    {
        schema = Branch(schema, value);
        return value.Kind switch
        {
            ValueKind.Map => CoerceMap(schema, value, path),
            ValueKind.List when schema.Items is { } items =>
                Value.Of(Unique(schema, value.Items.ConvertAll(item => Coerce(items, item, $"{path}[]"))), value.Mark),
            _ => CoerceScalar(schema, value),
        };
    }

    // The alternative for this kind of value; the first one when there is none.
    private static SchemaNode Branch(SchemaNode schema, Value value)
    {
        if (schema.OneOf.IsEmpty)
        {
            return schema;
        }

        var wanted = value.Kind switch
        {
            ValueKind.Map => "object",
            ValueKind.List => "array",
            ValueKind.Integer or ValueKind.Unsigned => "number",
            ValueKind.Null => "null",
            _ => "string",
        };
        return schema.OneOf.FirstOrDefault(branch => branch.Types.Contains(wanted))
            ?? schema.OneOf.FirstOrDefault(branch => wanted == "number" && branch.Types.Contains("integer"))
            ?? schema.OneOf.FirstOrDefault(branch => branch.Types.Contains("string"))
            ?? schema.OneOf[0];
    }

    private Value CoerceMap(SchemaNode schema, Value value, string path)
    {
        if (schema.Properties.Count == 0 && schema.Patterns.IsEmpty)
        {
            return value;
        }

        var map = new ValueMap();
        foreach (var (key, member) in value.Map)
        {
            var child = path.Length == 0 ? key : $"{path}.{key}";
            if (Find(schema, key) is not { } property)
            {
                // A volume's subpath is understood although its schema does not name it.
                if (key == "subpath" || (schema.IsOpen && schema.Properties.Count == 0))
                {
                    map.Add(key, member);
                }
                else if (!key.StartsWith("x-", StringComparison.Ordinal))
                {
                    context.Warn(member.KeyMark, $"{(path.Length == 0 ? "" : path + ": ")}{key} has no effect in a swarm and is ignored");
                }
            }
            else if (member.Value.Kind != ValueKind.Null || AllowsNull(property))
            {
                map.Add(key, member with { Value = Coerce(property, member.Value, child) });
            }
        }

        return Value.Of(map, value.Mark);
    }

    private static SchemaNode? Find(SchemaNode schema, string key) =>
        schema.Properties.TryGetValue(key, out var property)
            ? property
            : schema.Patterns.FirstOrDefault(pattern => pattern.Matches(key))?.Schema;

    // Nothing written means nothing said, except where the format knows a difference.
    private static bool AllowsNull(SchemaNode schema) =>
        schema.Types.Contains("null") || schema.OneOf.Any(branch => branch.Types.Contains("null"))
        || (schema.Types.IsEmpty && schema.OneOf.IsEmpty);

    private static List<Value> Unique(SchemaNode schema, List<Value> items) =>
        schema.HasUniqueItems ? [.. items.DistinctBy(JsonText.Of, StringComparer.Ordinal)] : items;

    private static Value CoerceScalar(SchemaNode schema, Value value)
    {
        if (schema.Types.IsEmpty || !value.IsScalar || value.Kind == ValueKind.Null)
        {
            return value;
        }

        var wantsText = schema.Types.Contains("string");
        var wantsNumber = schema.Types.Contains("integer") || schema.Types.Contains("number");
        var isNumber = value.Kind is ValueKind.Integer or ValueKind.Unsigned or ValueKind.Float;
        if (value.Kind != ValueKind.Text)
        {
            return wantsText && !(isNumber && wantsNumber) ? Value.Of(GoText.Print(value), value.Mark) : value;
        }

        if (!wantsText && wantsNumber)
        {
            return YamlScalars.ReadPlain(value.Text, value.Mark);
        }

        return wantsText || !schema.Types.Contains("boolean") ? value : value.Text.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "y" => Value.Of(true, value.Mark),
            "false" or "no" or "off" or "n" => Value.Of(false, value.Mark),
            _ => value,
        };
    }
}
