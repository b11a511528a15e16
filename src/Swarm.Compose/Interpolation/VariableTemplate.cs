using System.Text;

namespace Swarm.Compose.Interpolation;

/// <summary>Finds a variable; null when it is not set.</summary>
internal delegate string? VariableLookup(string name);

/// <summary>Fills in <c>$NAME</c>, <c>${NAME}</c> and their operators, exactly as <c>docker stack</c> does.</summary>
/// <remarks>
/// Two habits of Docker are kept on purpose: an unbraced name takes operators too and then swallows everything up to
/// the
/// next <c>}</c>, and what counts as an error is decided by the last variable of a text alone.
/// </remarks>
internal static class VariableTemplate
{
    /// <summary>Fills in a text.</summary>
    /// <returns>The text; the same instance when nothing changed.</returns>
    /// <exception cref="TemplateFormatException">The last variable is not valid, or required and missing.</exception>
    public static string Substitute(string text, VariableLookup lookup)
    {
        var dollar = text.IndexOf('$', StringComparison.Ordinal);
        if (dollar < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        string? failure = null;
        var position = 0;
        while (dollar >= 0)
        {
            result.Append(text, position, dollar - position);
            var (expression, end) = ReadExpression(text, dollar);
            if (expression is not "$")
            {
                failure = null;
                result.Append(expression is null
                    ? Fail(text, out failure)
                    : Evaluate(expression, lookup, out failure));
            }
            else
            {
                result.Append('$');
            }

            position = end;
            dollar = text.IndexOf('$', position);
        }

        return failure is null
            ? result.Append(text, position, text.Length - position).ToString()
            : throw new TemplateFormatException(failure);
    }

    /// <summary>Length of the variable name at the start of a text.</summary>
    public static int NameLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (IsLetter(text[length]) || (length > 0 && char.IsAsciiDigit(text[length]))))
        {
            length++;
        }

        return length;
    }

    // What stands between "$" or "${…}": "$" when escaped, null when it is not valid, and where the text goes on.
    private static (string? Expression, int End) ReadExpression(string text, int dollar)
    {
        var rest = text.AsSpan(dollar + 1);
        if (rest is ['$', ..])
        {
            return ("$", dollar + 2);
        }

        if (rest is not ['{', ..])
        {
            var length = ExpressionLength(rest);
            return length == 0 ? (null, dollar + 1) : (rest[..length].ToString(), dollar + 1 + length);
        }

        var braced = ExpressionLength(rest[1..]);
        return braced > 0 && braced + 1 < rest.Length && rest[braced + 1] == '}'
            ? (rest.Slice(1, braced).ToString(), dollar + 3 + braced)
            : (null, dollar + 1);
    }

    // A name, and an operator with everything after it up to a closing brace.
    private static int ExpressionLength(ReadOnlySpan<char> text)
    {
        var name = NameLength(text);
        var rest = text[name..];
        if (name == 0 || rest is not (['-' or '?', ..] or [':', '-' or '?', ..]))
        {
            return name;
        }

        var close = rest.IndexOf('}');
        return close < 0 ? text.Length : name + close;
    }

    // The operators are looked for in this order, anywhere in the expression.
    private static string Evaluate(string expression, VariableLookup lookup, out string? failure)
    {
        failure = null;
        if (TrySplit(expression, ":-", out var name, out var rest))
        {
            return lookup(name) is { Length: > 0 } value ? value : rest;
        }

        if (TrySplit(expression, "-", out name, out rest))
        {
            return lookup(name) ?? rest;
        }

        var needsText = TrySplit(expression, ":?", out name, out rest);
        if (needsText || TrySplit(expression, "?", out name, out rest))
        {
            var value = lookup(name);
            if (value is null || (needsText && value.Length == 0))
            {
                failure = $"required variable {name} is missing a value: {rest}";
            }

            return value ?? "";
        }

        return lookup(expression) ?? "";
    }

    private static string Fail(string text, out string? failure)
    {
        failure = text;
        return "";
    }

    private static bool TrySplit(string text, string separator, out string left, out string right)
    {
        var index = text.IndexOf(separator, StringComparison.Ordinal);
        left = index < 0 ? text : text[..index];
        right = index < 0 ? "" : text[(index + separator.Length)..];
        return index >= 0;
    }

    // The long s and the Kelvin sign are letters to an expression that ignores case.
    private static bool IsLetter(char character) =>
        char.IsAsciiLetter(character) || character is '_' or '\u017F' or '\u212A';
}

/// <summary>A text with a variable that is not valid or has no value; the message is the text or says so.</summary>
internal sealed class TemplateFormatException(string template) : Exception(template);
