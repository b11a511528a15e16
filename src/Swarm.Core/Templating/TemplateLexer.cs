namespace Swarm.Templating;

/// <summary>Cuts the inside of an action into words.</summary>
internal static class TemplateLexer
{
    private const string Delimiters = " \t\r\n|()";

    /// <summary>The words from <paramref name="position"/> up to <c>}}</c> or <c>-}}</c>, and where they end.</summary>
    internal static (List<TemplateToken> Tokens, int End, bool TrimsRight) Lex(string text, int position, int line)
    {
        var tokens = new List<TemplateToken>();
        while (true)
        {
            if (position >= text.Length)
            {
                throw TemplateException.Parse(line, "unclosed action");
            }

            if (text.AsSpan(position).StartsWith("}}"))
            {
                tokens.Add(new(TemplateTokenKind.End, position, ""));
                return (tokens, position + 2, false);
            }

            if (char.IsWhiteSpace(text[position]) && text.AsSpan(position + 1).StartsWith("-}}"))
            {
                tokens.Add(new(TemplateTokenKind.End, position, ""));
                return (tokens, position + 4, true);
            }

            var token = Next(text, position, line);
            tokens.Add(token);
            position += token.Text.Length;
        }
    }

    private static TemplateToken Next(string text, int position, int line)
    {
        var first = text[position];
        return first switch
        {
            ' ' or '\t' or '\r' or '\n' => Space(text, position),
            '|' => new(TemplateTokenKind.Pipe, position, "|"),
            '(' => new(TemplateTokenKind.Open, position, "("),
            ')' => new(TemplateTokenKind.Close, position, ")"),
            '"' => Quoted(text, position, line, TemplateTokenKind.Text, "unterminated quoted string"),
            '\'' => Quoted(text, position, line, TemplateTokenKind.Character, "unterminated character constant"),
            '`' => Raw(text, position, line),
            '.' => Field(text, position, line),
            '+' or '-' => Number(text, position, line),
            _ when char.IsAsciiDigit(first) => Number(text, position, line),
            _ when IsWord(first) => Word(text, position, line),
            _ => throw TemplateException.Parse(line, $"unexpected {Describe(first)} in command"),
        };
    }

    private static TemplateToken Space(string text, int position)
    {
        // A space that belongs to a trim marker is left to it.
        var end = position + 1;
        while (end < text.Length && char.IsWhiteSpace(text[end]) && !text.AsSpan(end + 1).StartsWith("-}}"))
        {
            end++;
        }

        return new(TemplateTokenKind.Space, position, text[position..end]);
    }

    private static TemplateToken Quoted(string text, int position, int line, TemplateTokenKind kind, string failure)
    {
        for (var end = position + 1; end < text.Length && text[end] != '\n'; end++)
        {
            if (text[end] == '\\')
            {
                end++;
            }
            else if (text[end] == text[position])
            {
                return new(kind, position, text[position..(end + 1)]);
            }
        }

        throw TemplateException.Parse(line, failure);
    }

    private static TemplateToken Raw(string text, int position, int line)
    {
        var end = text.IndexOf('`', position + 1);
        return end < 0
            ? throw TemplateException.Parse(line, "unterminated raw quoted string")
            : new(TemplateTokenKind.Text, position, text[position..(end + 1)]);
    }

    private static TemplateToken Field(string text, int position, int line)
    {
        var token = Run(text, position + 1, IsWord);
        RequireDelimiter(text, position + 1 + token, line);
        return token == 0
            ? new(TemplateTokenKind.Dot, position, ".")
            : new(TemplateTokenKind.Field, position, text.Substring(position, token + 1));
    }

    private static TemplateToken Number(string text, int position, int line)
    {
        var length = 1 + Run(text, position + 1, character => IsWord(character) || character is '.' or '+' or '-');
        RequireDelimiter(text, position + length, line);
        return new(TemplateTokenKind.Number, position, text.Substring(position, length));
    }

    private static TemplateToken Word(string text, int position, int line)
    {
        var length = Run(text, position, IsWord);
        RequireDelimiter(text, position + length, line);
        return new(TemplateTokenKind.Identifier, position, text.Substring(position, length));
    }

    private static void RequireDelimiter(string text, int position, int line)
    {
        if (position < text.Length
            && text[position] != '.'
            && !Delimiters.Contains(text[position], StringComparison.Ordinal)
            && !text.AsSpan(position).StartsWith("}}"))
        {
            throw TemplateException.Parse(line, $"bad character {Describe(text[position])}");
        }
    }

    private static int Run(string text, int position, Func<char, bool> belongs)
    {
        var end = position;
        while (end < text.Length && belongs(text[end]))
        {
            end++;
        }

        return end - position;
    }

    private static bool IsWord(char character) => character == '_' || char.IsLetterOrDigit(character);

    private static string Describe(char character) => $"U+{(int)character:X4} '{character}'";
}
