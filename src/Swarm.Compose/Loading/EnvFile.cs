using System.Globalization;
using System.Text;
using Swarm.Compose.Interpolation;

namespace Swarm.Compose.Loading;

/// <summary>Files of <c>KEY=value</c> lines: no quotes, no escapes, no expansion.</summary>
internal static class EnvFile
{
    private const int LongestLine = 64 * 1024;

    /// <summary>The variables in order; a name without a value takes the one of the environment or is left out.</summary>
    /// <exception cref="FormatException">A line is no variable; the message is Docker's.</exception>
    public static List<(string Name, string Value)> Parse(ReadOnlySpan<byte> content, VariableLookup lookup)
    {
        var variables = new List<(string, string)>();
        var number = 0;
        while (!content.IsEmpty)
        {
            var end = content.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = end < 0 ? [] : content[(end + 1)..];
            number++;
            if (line.Length >= LongestLine)
            {
                throw new FormatException("bufio.Scanner: token too long");
            }

            var text = Decode(line is [.., (byte)'\r'] ? line[..^1] : line, number).TrimStart();
            if (text.Length > 0 && text[0] != '#' && ParseLine(text, lookup) is { } variable)
            {
                variables.Add(variable);
            }
        }

        return variables;
    }

    private static (string, string)? ParseLine(string line, VariableLookup lookup)
    {
        var split = line.IndexOf('=', StringComparison.Ordinal);
        var name = split < 0 ? line : line[..split];
        if (name.Length == 0)
        {
            throw new FormatException($"no variable name on line '{line}'");
        }

        if (name.AsSpan().ContainsAny(' ', '\t'))
        {
            throw new FormatException($"variable '{name}' contains whitespaces");
        }

        if (split >= 0)
        {
            return (name, line[(split + 1)..]);
        }

        return lookup(name) is { } value ? (name, value) : null;
    }

    private static string Decode(ReadOnlySpan<byte> line, int number)
    {
        try
        {
            var text = new UTF8Encoding(false, true).GetString(line);
            return number == 1 ? text.TrimStart('\uFEFF') : text;
        }
        catch (DecoderFallbackException exception)
        {
            throw new FormatException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"invalid utf8 bytes at line {number}: [{string.Join(' ', line.ToArray())}]"),
                exception);
        }
    }
}
