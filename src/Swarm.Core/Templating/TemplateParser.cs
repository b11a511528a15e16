using System.Globalization;
using System.Text;

namespace Swarm.Templating;

/// <summary>Reads a template: text and <c>{{ actions }}</c>.</summary>
internal sealed class TemplateParser
{
    // Specs come from clients: deep parentheses may not cost more than the request itself.
    internal const int MaximumDepth = 32;

    private static readonly HashSet<string> ControlWords = new(StringComparer.Ordinal)
    {
        "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue",
    };

    private readonly string _text;
    private readonly List<TemplateToken> _tokens;
    private readonly TemplateLanguage _language;
    private readonly int _line;
    private int _next;
    private int _depth;

    private TemplateParser(string text, List<TemplateToken> tokens, TemplateLanguage language, int line)
    {
        _text = text;
        _tokens = tokens;
        _language = language;
        _line = line;
    }

    internal static List<TemplateNode> Parse(string text, TemplateLanguage language)
    {
        if (text.Length > language.MaximumLength)
        {
            throw TemplateException.Parse(1, "text is too long");
        }

        var nodes = new List<TemplateNode>();
        var position = 0;
        var line = 1;
        var trimsLeft = false;
        while (true)
        {
            var open = text.IndexOf("{{", position, StringComparison.Ordinal);
            var literal = open < 0 ? text[position..] : text[position..open];
            var trimsRight = open >= 0 && text.AsSpan(open + 2) is ['-', var space, ..] && char.IsWhiteSpace(space);
            literal = trimsLeft ? literal.TrimStart() : literal;
            literal = trimsRight ? literal.TrimEnd() : literal;
            if (literal.Length > 0)
            {
                nodes.Add(new TextNode(position, literal));
            }

            if (open < 0)
            {
                return nodes;
            }

            line += text.AsSpan(position, open - position).Count('\n');
            var start = trimsRight ? open + 3 : open + 2;
            (position, trimsLeft) = ParseAction(text, start, language, line, nodes);
            line += text.AsSpan(open, position - open).Count('\n');
        }
    }

    private static (int End, bool TrimsLeft) ParseAction(
        string text,
        int start,
        TemplateLanguage language,
        int line,
        List<TemplateNode> nodes)
    {
        var comment = start + text.AsSpan(start).IndexOfAnyExcept(" \t\r\n");
        if (comment >= start && text.AsSpan(comment).StartsWith("/*"))
        {
            return SkipComment(text, comment, line);
        }

        var (tokens, end, trimsLeft) = TemplateLexer.Lex(text, start, line);
        nodes.Add(new TemplateParser(text, tokens, language, line).ParsePipeline(TemplateTokenKind.End, "command"));
        return (end, trimsLeft);
    }

    private static (int End, bool TrimsLeft) SkipComment(string text, int start, int line)
    {
        var end = text.IndexOf("*/", start + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw TemplateException.Parse(line, "unclosed comment");
        }

        var rest = text.AsSpan(end + 2);
        if (rest.StartsWith("}}"))
        {
            return (end + 4, false);
        }

        return rest.StartsWith(" -}}")
            ? (end + 6, true)
            : throw TemplateException.Parse(line, "comment ends before closing delimiter");
    }

    private PipelineNode ParsePipeline(TemplateTokenKind closing, string place)
    {
        if (++_depth > MaximumDepth)
        {
            throw TemplateException.Parse(_line, "max expression depth exceeded");
        }

        var commands = new List<CommandNode>();
        var start = Peek().Position;
        while (true)
        {
            commands.Add(ParseCommand(closing, place));
            var token = Take();
            if (token.Kind == closing)
            {
                _depth--;
                return new(start, _text[start..token.Position].Trim(), commands.ToValueList());
            }

            if (token.Kind != TemplateTokenKind.Pipe)
            {
                throw Unexpected(token, place);
            }
        }
    }

    private CommandNode ParseCommand(TemplateTokenKind closing, string place)
    {
        var words = new List<TemplateNode>();
        while (Peek().Kind != closing && Peek().Kind != TemplateTokenKind.Pipe)
        {
            words.Add(ParseOperand());
            if (Peek(skipSpace: false).Kind is not (TemplateTokenKind.Space or TemplateTokenKind.Pipe) and var next
                && next != closing)
            {
                throw Unexpected(Peek(skipSpace: false), "operand");
            }
        }

        if (words.Count == 0)
        {
            throw TemplateException.Parse(_line, $"missing value for {place}");
        }

        if (words.Count > 1 && words[0] is LiteralNode literal)
        {
            throw TemplateException.Parse(_line, $"unexpected {literal.Text} in command");
        }

        var start = words[0].Position;
        return new(start, string.Join(' ', words.Select(word => word.Text)), words.ToValueList());
    }

    private TemplateNode ParseOperand()
    {
        var token = Take();
        TemplateNode operand = token.Kind switch
        {
            TemplateTokenKind.Field => new FieldNode(token.Position, token.Text, null, [token.Text[1..]]),
            TemplateTokenKind.Dot => new FieldNode(token.Position, ".", null, []),
            TemplateTokenKind.Identifier => ParseWord(token),
            TemplateTokenKind.Text => new LiteralNode(token.Position, token.Text, Unquote(token)),
            TemplateTokenKind.Character => new LiteralNode(token.Position, token.Text, ParseCharacter(token)),
            TemplateTokenKind.Number => new LiteralNode(token.Position, token.Text, ParseNumber(token)),
            TemplateTokenKind.Open => ParseParentheses(token),
            _ => throw Unexpected(token, "operand"),
        };
        return Peek(skipSpace: false).Kind == TemplateTokenKind.Field ? ParseChain(operand) : operand;
    }

    // Go gives a chain the position of its second link; error texts show it.
    private FieldNode ParseChain(TemplateNode first)
    {
        var start = Peek(skipSpace: false).Position;
        var path = first is FieldNode { Receiver: null } field ? field.Path : [];
        var text = new StringBuilder(first.Text);
        while (Peek(skipSpace: false).Kind == TemplateTokenKind.Field)
        {
            var link = Take();
            path = path.Add(link.Text[1..]);
            text.Append(link.Text);
        }

        return new(start, text.ToString(), first is FieldNode { Receiver: null } ? null : first, path);
    }

    private PipelineNode ParseParentheses(TemplateToken open)
    {
        var inner = ParsePipeline(TemplateTokenKind.Close, "parenthesized pipeline");
        return inner with { Position = open.Position, Text = $"({inner.Text})" };
    }

    private TemplateNode ParseWord(TemplateToken token) => token.Text switch
    {
        "true" => new LiteralNode(token.Position, token.Text, true),
        "false" => new LiteralNode(token.Position, token.Text, false),
        "nil" => new LiteralNode(token.Position, token.Text, null),
        _ when ControlWords.Contains(token.Text) => throw Unexpected(token, "command"),
        _ when _language.Knows(token.Text) => new FunctionNode(token.Position, token.Text),
        _ => throw TemplateException.Parse(_line, $"function \"{token.Text}\" not defined"),
    };

    private string Unquote(TemplateToken token)
    {
        var inner = token.Text[1..^1];
        if (token.Text[0] == '`')
        {
            return inner;
        }

        var result = new StringBuilder(inner.Length);
        for (var index = 0; index < inner.Length; index++)
        {
            result.Append(inner[index] != '\\' ? inner[index] : Unescape(inner[++index]));
        }

        return result.ToString();
    }

    private char Unescape(char escaped) => escaped switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' or '"' or '\'' => escaped,
        _ => throw TemplateException.Parse(_line, "invalid syntax"),
    };

    private long ParseCharacter(TemplateToken token) =>
        Unquote(token) is [var character]
            ? character
            : throw TemplateException.Parse(_line, $"malformed character constant: {token.Text}");

    private long ParseNumber(TemplateToken token) =>
        long.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw TemplateException.Parse(_line, $"bad number syntax: \"{token.Text}\"");

    private TemplateToken Peek(bool skipSpace = true)
    {
        while (skipSpace && _tokens[_next].Kind == TemplateTokenKind.Space)
        {
            _next++;
        }

        return _tokens[_next];
    }

    private TemplateToken Take()
    {
        var token = Peek();
        if (token.Kind != TemplateTokenKind.End)
        {
            _next++;
        }

        return token;
    }

    private TemplateException Unexpected(TemplateToken token, string place) => TemplateException.Parse(
        _line,
        token.Kind switch
        {
            TemplateTokenKind.End when _depth > 1 => "unclosed left paren",
            TemplateTokenKind.End => $"unexpected \"}}}}\" in {place}",
            TemplateTokenKind.Close when _depth == 1 => "unexpected right paren",
            _ => $"unexpected <{token.Text}> in {place}",
        });
}
