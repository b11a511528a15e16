namespace Swarm.Compose.Yaml;

/// <summary>The parser's complaints in the words of Docker's reader, where both see the same thing.</summary>
internal static class SyntaxErrors
{
    public static YamlException Translate(YamlDotNet.Core.YamlException exception, string text, string file)
    {
        var mark = new SourceMark(file, (int)exception.Start.Line, (int)exception.Start.Column);
        if (mark.Line <= 1 && FirstTabIndent(text) is { } tabbed and > 1)
        {
            mark = new(file, tabbed, 1);
        }

        var message = exception.Message;
        var comma = message.StartsWith("While ", StringComparison.OrdinalIgnoreCase)
            ? message.IndexOf(", ", StringComparison.Ordinal)
            : -1;
        var problem = (comma < 0 ? message : message[(comma + 2)..]).Trim(' ', '.');
        return new(
            problem switch
            {
                "found invalid tab as indentation" => "found character that cannot start any token",
                "found invalid mapping" => "mapping values are not allowed in this context",
                _ => char.ToLowerInvariant(problem[0]) + problem[1..],
            },
            mark);
    }

    // The parser reports a tab used as indentation at the start of the file.
    private static int? FirstTabIndent(string text)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var indent = line[..(line.Length - line.TrimStart(" \t").Length)];
            if (indent.Contains('\t') && indent.Length < line.Length)
            {
                return number;
            }
        }

        return null;
    }
}
