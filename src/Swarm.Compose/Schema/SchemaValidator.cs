using System.Globalization;
using Swarm.Compose.Values;

namespace Swarm.Compose.Schema;

/// <summary>
/// Checks values against a schema and keeps score, so that of several alternatives the one that came closest is
/// reported.
/// Goes no deeper into a value than the schema does.
/// </summary>
/// <remarks>
/// The score counts what the validator of the docker command counts (one for each check done, minus two for each
/// error):
/// which of several errors is shown depends on it.
/// </remarks>
internal sealed class SchemaValidator(bool emptyListsAreNull)
{
    /// <summary>Every error, in the order of the file.</summary>
    public List<SchemaError> Validate(SchemaNode schema, Value root) => Check(schema, root, "(root)").Errors;

    private Outcome Check(SchemaNode schema, Value value, string path)
    {
        var outcome = new Outcome();
        CheckInto(outcome, schema, value, path);
        return outcome;
    }

    private void CheckInto(Outcome outcome, SchemaNode schema, Value value, string path)
    {
        if (!schema.Types.IsEmpty && !TypesOf(value).Any(type => schema.Types.Contains(type)))
        {
            outcome.Add(WrongType(schema, value, path));
            return;
        }

        CheckAlternatives(outcome, schema, value, path);
        switch (value.Kind)
        {
            case ValueKind.List when !IsNull(value):
                CheckList(outcome, schema, value, path);
                break;
            case ValueKind.Map:
                CheckKeys(outcome, schema, value, path);
                break;
            case ValueKind.Integer or ValueKind.Unsigned or ValueKind.Float:
                CheckNumber(outcome, schema, value, path);
                break;
            case ValueKind.Text or ValueKind.Timestamp:
                CheckFormat(outcome, schema, value, path);
                break;
        }

        CheckAllowed(outcome, schema, value, path);
        if (value.Kind == ValueKind.Map)
        {
            CheckProperties(outcome, schema, value, path);
        }

        outcome.Score++;
    }

    private void CheckAlternatives(Outcome outcome, SchemaNode schema, Value value, string path)
    {
        var matches = 0;
        Outcome? best = null;
        foreach (var branch in schema.OneOf)
        {
            var attempt = Check(branch, value, path);
            if (attempt.Errors.Count == 0)
            {
                matches++;
            }
            else if (matches == 0 && (best is null || attempt.Score > best.Score))
            {
                best = attempt;
            }
        }

        if (!schema.OneOf.IsEmpty && matches != 1)
        {
            outcome.Add(new(
                SchemaErrorKind.OneOf, path, "Must validate one and only one schema (oneOf)", value.Mark));
            outcome.Merge(matches == 0 ? best : null);
        }

        outcome.Score++;
    }

    private void CheckList(Outcome outcome, SchemaNode schema, Value value, string path)
    {
        for (var index = 0; schema.Items is not null && index < value.Items.Count; index++)
        {
            var item = value.Items[index];
            outcome.Merge(Check(schema.Items, item, Join(path, index.ToString(CultureInfo.InvariantCulture))));
        }

        if (schema.HasUniqueItems)
        {
            CheckUnique(outcome, value, path);
        }

        outcome.Score++;
    }

    private static void CheckUnique(Outcome outcome, Value value, string path)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < value.Items.Count; index++)
        {
            var text = JsonText.Of(value.Items[index]);
            if (seen.TryGetValue(text, out var previous))
            {
                outcome.Add(new(
                    SchemaErrorKind.Other,
                    path,
                    string.Create(CultureInfo.InvariantCulture, $"array items[{previous},{index}] must be unique"),
                    value.Items[index].Mark));
            }

            seen[text] = index;
        }
    }

    private void CheckKeys(Outcome outcome, SchemaNode schema, Value value, string path)
    {
        foreach (var required in schema.Required)
        {
            if (value.Map.ContainsKey(required))
            {
                outcome.Score++;
            }
            else
            {
                outcome.Add(new(SchemaErrorKind.Other, path, $"{required} is required", value.Mark));
            }
        }

        foreach (var (key, member) in value.Map)
        {
            var isDescribed = CheckPatterns(outcome, schema, key, member, path) || schema.Properties.ContainsKey(key);
            if (!isDescribed && !schema.IsOpen)
            {
                outcome.Add(new(
                    SchemaErrorKind.Other, path, $"Additional property {key} is not allowed", member.KeyMark));
            }
        }

        outcome.Score++;
    }

    private bool CheckPatterns(Outcome outcome, SchemaNode schema, string key, ValueMember member, string path)
    {
        var isDescribed = false;
        foreach (var pattern in schema.Patterns)
        {
            if (pattern.Matches(key))
            {
                isDescribed = true;
                outcome.Merge(Check(pattern.Schema, member.Value, Join(path, key)));
            }
        }

        outcome.Score += isDescribed ? 1 : 0;
        return isDescribed;
    }

    private void CheckProperties(Outcome outcome, SchemaNode schema, Value value, string path)
    {
        foreach (var (key, member) in value.Map)
        {
            if (schema.Properties.TryGetValue(key, out var property))
            {
                CheckInto(outcome, property, member.Value, Join(path, key));
            }
        }
    }

    private static void CheckNumber(Outcome outcome, SchemaNode schema, Value value, string path)
    {
        if (schema.Minimum is { } minimum && Convert.ToDouble(value.Content, CultureInfo.InvariantCulture) < minimum)
        {
            outcome.Add(new(
                SchemaErrorKind.Other,
                path,
                $"Must be greater than or equal to {GoNumber.Format(minimum)}",
                value.Mark));
        }

        CheckFormat(outcome, schema, value, path);
    }

    private static void CheckFormat(Outcome outcome, SchemaNode schema, Value value, string path)
    {
        if (schema.Format.Length > 0 && !SchemaFormats.IsFormat(schema.Format, value))
        {
            outcome.Add(new(
                SchemaErrorKind.Other, path, $"Does not match format '{schema.Format}'", value.Mark));
        }

        outcome.Score++;
    }

    private static void CheckAllowed(Outcome outcome, SchemaNode schema, Value value, string path)
    {
        if (!schema.Allowed.IsEmpty && !(value.Kind == ValueKind.Text && schema.Allowed.Contains(value.Text)))
        {
            var allowed = string.Join(", ", schema.Allowed.Select(text => $"\"{text}\""));
            outcome.Add(new(
                SchemaErrorKind.Other,
                path,
                $"{path} must be one of the following: {allowed}",
                value.Mark));
        }

        outcome.Score++;
    }

    private SchemaError WrongType(SchemaNode schema, Value value, string path)
    {
        var wanted = schema.Types.Count == 1 ? schema.Types[0] : $"[{string.Join(',', schema.Types)}]";
        return new(
            SchemaErrorKind.WrongType,
            path,
            $"Invalid type. Expected: {wanted}, given: {TypesOf(value)[0]}",
            value.Mark,
            Readable(schema.Types));
    }

    private static string Readable(ValueList<string> types)
    {
        var words = types.Select(type => type switch
        {
            "object" => "mapping",
            "array" => "list",
            _ => type,
        }).ToList();
        return words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
    }

    private bool IsNull(Value value) =>
        value.Kind == ValueKind.Null || (emptyListsAreNull && value is { Kind: ValueKind.List, Items.Count: 0 });

    // The most specific type first.
    private string[] TypesOf(Value value) => value.Kind switch
    {
        _ when IsNull(value) => ["null"],
        ValueKind.Boolean => ["boolean"],
        ValueKind.Integer or ValueKind.Unsigned => ["integer", "number"],
        ValueKind.Float => double.IsInteger((double)value.Content!) ? ["integer", "number"] : ["number"],
        ValueKind.List => ["array"],
        ValueKind.Map or ValueKind.OddMap => ["object"],
        _ => ["string"],
    };

    private static string Join(string path, string key) => path == "(root)" ? key : $"{path}.{key}";

    private sealed class Outcome
    {
        public List<SchemaError> Errors { get; } = [];

        public int Score { get; set; }

        public void Add(SchemaError error)
        {
            Errors.Add(error);
            Score -= 2;
        }

        public void Merge(Outcome? other)
        {
            Errors.AddRange(other?.Errors ?? []);
            Score += other?.Score ?? 0;
        }
    }
}
