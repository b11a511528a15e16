using System.Text;

namespace Swarm.Compose.Interpolation;

/// <summary>
/// Fills in variables as the Compose Specification has it: defaults may hold variables themselves, <c>+</c> gives a
/// text
/// for variables that are set, and the operator is the one right after the name.
/// </summary>
internal sealed class NestedTemplate(string text, VariableLookup lookup)
{
    private const int DeepestNesting = 32;

    /// <exception cref="TemplateFormatException">A variable is not valid, or required and missing.</exception>
    public static string Substitute(string text, VariableLookup lookup) =>
        text.Contains('$', StringComparison.Ordinal) ? new NestedTemplate(text, lookup).Expand(text, 0) : text;

    private string Expand(ReadOnlySpan<char> part, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw Invalid();
        }

        var result = new StringBuilder();
        while (part.IndexOf('$') is >= 0 and var dollar)
        {
            result.Append(part[..dollar]);
            part = part[(dollar + 1)..];
            var length = part switch
            {
                ['$', ..] => Append(result, "$", 1),
                ['{', ..] => AppendBraced(result, part, depth),
                _ => AppendNamed(result, part),
            };
            part = part[length..];
        }

        return result.Append(part).ToString();
    }

    private static int Append(StringBuilder result, string value, int length)
    {
        result.Append(value);
        return length;
    }

    private int AppendNamed(StringBuilder result, ReadOnlySpan<char> part)
    {
        var length = VariableTemplate.NameLength(part);
        return length > 0 ? Append(result, lookup(part[..length].ToString()) ?? "", length) : throw Invalid();
    }

    private int AppendBraced(StringBuilder result, ReadOnlySpan<char> part, int depth)
    {
        var close = ClosingBrace(part);
        var inner = part[1..close];
        var nameLength = VariableTemplate.NameLength(inner);
        var name = inner[..nameLength].ToString();
        var rest = inner[nameLength..];
        if (nameLength == 0)
        {
            throw Invalid();
        }

        var value = lookup(name);
        var ignoresEmpty = rest is [':', ..];
        var isGiven = ignoresEmpty ? value is { Length: > 0 } : value is not null;
        rest = ignoresEmpty ? rest[1..] : rest;
        result.Append(rest switch
        {
            [] when !ignoresEmpty => value ?? "",
            ['-', .. var otherwise] => isGiven ? value : Expand(otherwise, depth + 1),
            ['+', .. var instead] => isGiven ? Expand(instead, depth + 1) : "",
            ['?', .. var message] => isGiven ? value : throw new TemplateFormatException(
                $"required variable {name} is missing a value: {Expand(message, depth + 1)}"),
            _ => throw Invalid(),
        });
        return close + 1;
    }

    private int ClosingBrace(ReadOnlySpan<char> part)
    {
        var depth = 0;
        for (var index = 0; index < part.Length; index++)
        {
            depth += part[index] == '{' && (index == 0 || part[index - 1] == '$') ? 1 : 0;
            if (part[index] == '}' && --depth == 0)
            {
                return index;
            }
        }

        throw Invalid();
    }

    private TemplateFormatException Invalid() => new(text);
}
