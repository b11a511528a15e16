using System.Globalization;
using System.Text;

namespace Swarm.Templating;

/// <summary>The functions of templates, and how values look as text.</summary>
internal static class TemplateFunctions
{
    private const int MaximumResult = 1 << 22;

    internal static bool Exists(string name) => name is "index" or "join" or "print" or "len";

    // An ArgumentException carries Go's message.
    internal static object? Call(string name, object?[] arguments) => name switch
    {
        "index" => Index(arguments),
        "join" => Join(arguments),
        "len" => Length(arguments),
        _ => Concatenate("", arguments.Select(Print)),
    };

    internal static string Print(object? value) => value switch
    {
        null => "<no value>",
        string text => text,
        bool truth => truth ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        ValueDictionary<string> map => PrintMap(map),
        TemplateStruct structure => $"{{{string.Join(' ', structure.Fields.Values.Select(Print))}}}",
        _ => "",
    };

    internal static string TypeName(object? value) => value switch
    {
        TemplateStruct structure => structure.TypeName,
        ValueDictionary<string> => "map[string]string",
        long => "int",
        bool => "bool",
        null => "nil",
        _ => "string",
    };

    private static object? Index(object?[] arguments)
    {
        if (arguments.Length == 0)
        {
            throw Arguments("index", "at least 1", 0);
        }

        var value = arguments[0];
        foreach (var key in arguments.AsSpan(1))
        {
            value = (value, key) switch
            {
                (ValueDictionary<string> map, string name) => map[name] ?? "",
                (ValueDictionary<string>, _) =>
                    throw Refuse($"error calling index: value has type {TypeName(key)}; should be string"),
                (null, _) => throw Refuse("error calling index: index of untyped nil"),
                _ => throw Refuse($"error calling index: can't index item of type {TypeName(value)}"),
            };
        }

        return value;
    }

    // The first argument is the separator.
    private static string Join(object?[] arguments)
    {
        if (arguments.Length == 0)
        {
            throw Arguments("join", "at least 1", 0);
        }

        return Concatenate(Text(arguments[0]), arguments.Skip(1).Select(Text));
    }

    // A short template can ask for a long value many times over.
    private static string Concatenate(string separator, IEnumerable<string> texts)
    {
        var result = new StringBuilder();
        foreach (var (index, text) in texts.Index())
        {
            result.Append(index > 0 ? separator : "").Append(text);
            if (result.Length > MaximumResult)
            {
                throw Refuse("result is too long");
            }
        }

        return result.ToString();
    }

    private static long Length(object?[] arguments) => arguments switch
    {
        [string text] => Encoding.UTF8.GetByteCount(text),
        [ValueDictionary<string> map] => map.Count,
        [var other] => throw Refuse($"error calling len: len of type {TypeName(other)}"),
        _ => throw Arguments("len", "1", arguments.Length),
    };

    private static string Text(object? value) =>
        value as string ?? throw Refuse($"wrong type for value; expected string; got {TypeName(value)}");

    private static string PrintMap(ValueDictionary<string> map)
    {
        var entries = new List<string>();
        foreach (var (key, value) in map)
        {
            entries.Add($"{key}:{value}");
        }

        entries.Sort(StringComparer.Ordinal);
        return $"map[{string.Join(' ', entries)}]";
    }

    private static ArgumentException Arguments(string name, string wanted, int given) => Refuse(string.Create(
        CultureInfo.InvariantCulture,
        $"wrong number of args for {name}: want {wanted} got {given}"));

    // The name of a parameter would become part of the message.
    private static ArgumentException Refuse(string message) => new(message, (string?)null);
}
