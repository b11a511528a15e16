using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Swarm.Tool.Stacks;

/// <summary>Prints rows as <c>--format</c> asks: a table, JSON, or a template with <c>{{.Field}}</c>.</summary>
/// <param name="fields">Names of the fields and the headers of their columns, in the order of the JSON form.</param>
/// <param name="columns">The fields of the default table.</param>
internal sealed class Listing(IReadOnlyDictionary<string, string> fields, IReadOnlyList<string> columns)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="rows">Values by field.</param>
    /// <param name="format">The format; empty means the default table.</param>
    public string Format(IEnumerable<IReadOnlyDictionary<string, string>> rows, string format)
    {
        if (format is "" or "table")
        {
            return Table.Format([Row(fields), .. rows.Select(Row)]);
        }

        if (format == "json")
        {
            format = "{{json .}}";
        }

        var isTable = format.StartsWith("table ", StringComparison.Ordinal);
        var template = (isTable ? format["table ".Length..].Trim() : format)
            .Replace("\\t", "\t", StringComparison.Ordinal)
            .Replace("\\n", "\n", StringComparison.Ordinal);
        var lines = rows.Select(row => Expand(template, row)).ToList();
        return isTable
            ? Table.Format([Expand(template, fields).Split('\t'), .. lines.Select(line => line.Split('\t'))])
            : string.Concat(lines.Select(line => line + "\n"));
    }

    private List<string> Row(IReadOnlyDictionary<string, string> row) => [.. columns.Select(column => row[column])];

    private static string Expand(string template, IReadOnlyDictionary<string, string> row)
    {
        var text = new StringBuilder();
        var position = 0;
        while (template.IndexOf("{{", position, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                throw Invalid("unclosed action");
            }

            text.Append(template, position,
                open - position).Append(Evaluate(template[(open + 2)..close].Trim(' ', '-'), row));
            position = close + 2;
        }

        return text.Append(template, position, template.Length - position).ToString();
    }

    private static string Evaluate(string action, IReadOnlyDictionary<string, string> row) =>
        action.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [['.', .. { Length: > 0 } name]] => Field(row, name),
            ["json", "."] => Json(row),
            ["json", ['.', .. var name]] => Quoted(Field(row, name)),
            ["lower", ['.', .. var name]] => Field(row, name).ToLowerInvariant(),
            ["upper", ['.', .. var name]] => Field(row, name).ToUpperInvariant(),
            _ => throw Invalid($"\"{action}\" is not understood; use {{{{.Field}}}}, json, lower or upper"),
        };

    private static string Field(IReadOnlyDictionary<string, string> row, string name) =>
        row.GetValueOrDefault(name) ?? throw Invalid($"can't evaluate field {name}");

    private static StackCommandException Invalid(string reason) => new($"template parsing error: {reason}");

    private static string Json(IReadOnlyDictionary<string, string> row)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in row.OrderBy(field => field.Key, StringComparer.Ordinal))
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Quoted(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}
