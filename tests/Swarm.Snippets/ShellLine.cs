using System.Text;

namespace Swarm.Snippets;

/// <summary>A command of a shell block: its words.</summary>
/// <param name="Place">Page and line.</param>
/// <param name="Words">Program and arguments, without quotes and assignments of variables.</param>
internal sealed record ShellLine(string Place, string[] Words)
{
    /// <summary>The commands of a block, in their order.</summary>
    /// <remarks>Enough of a shell for documentation: quotes, comments, continued lines, pipes, here documents.</remarks>
    public static IEnumerable<ShellLine> Read(Fence fence)
    {
        var isTranscript = fence.Language == "console";
        var lines = fence.Code.Split('\n');
        var end = "";
        for (var i = 0; i < lines.Length; i++)
        {
            var (line, number) = (lines[i], fence.Line + i);
            if (end.Length > 0)
            {
                end = line.Trim() == end ? "" : end;
                continue;
            }

            if (isTranscript && !line.StartsWith("$ ", StringComparison.Ordinal))
            {
                continue;
            }

            line = line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line;
            while (line.EndsWith('\\') && i + 1 < lines.Length)
            {
                line = line[..^1] + lines[++i];
            }

            foreach (var words in Split(line))
            {
                if (words.Find(word => word.StartsWith("<<", StringComparison.Ordinal)) is { } here)
                {
                    end = here.TrimStart('<').TrimStart('-').Trim('\'', '"');
                }

                yield return new ShellLine($"{fence.Page}:{number}", [.. words]);
            }
        }
    }

    // Commands of a line: what stands between pipes, semicolons, && and ||, and inside of $( ) and <( ).
    private static IEnumerable<List<string>> Split(string line)
    {
        var commands = new List<List<string>>();
        var words = new List<string>();
        var word = new StringBuilder();
        var hasWord = false;
        var quote = '\0';
        for (var i = 0; i <= line.Length; i++)
        {
            var c = i < line.Length ? line[i] : '\n';
            if (quote != '\0' && c != '\n')
            {
                quote = c == quote ? '\0' : quote;
                hasWord = true;
                _ = quote == '\0' ? word : word.Append(c);
                continue;
            }

            switch (c)
            {
                case '\'' or '"':
                    (quote, hasWord) = (c, true);
                    break;
                case '#' when !hasWord:
                    i = line.Length - 1;
                    break;
                case ' ' or '\t' or '\n' or '|' or ';' or '&' or ')' or '(':
                    EndWord();
                    if (c is not (' ' or '\t'))
                    {
                        EndCommand();
                    }

                    break;
                default:
                    word.Append(c);
                    hasWord = true;
                    break;
            }
        }

        return commands;

        void EndWord()
        {
            if (hasWord)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            hasWord = false;
        }

        void EndCommand()
        {
            var command = words.SkipWhile(IsAssignment).ToList();
            words = [];
            if (command.Count > 0)
            {
                commands.Add(command);
            }
        }
    }

    private static bool IsAssignment(string word) =>
        word.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        && word[..at].All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
