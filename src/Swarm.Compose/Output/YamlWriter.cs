using System.Globalization;
using System.Text;

namespace Swarm.Compose.Output;

/// <summary>Writes block-style YAML with an indentation of two, as <c>docker stack config</c> does. Keeps its own stack.</summary>
internal sealed class YamlWriter
{
    private const int LongestSimpleKey = 128;

    private readonly StringBuilder _text = new();
    private readonly Stack<Collection> _open = new();

    // Where the next node goes: after a key, after a dash, after "? " or ": " of a long key, or at the start of all.
    private Place _place = Place.Start;

    private enum Place
    {
        Start,
        AfterKey,
        AfterDash,
        AfterLongKey,
    }

    public override string ToString() => _text.ToString();

    public void BeginMap(bool isEmpty) => Begin(isEmpty, isList: false);

    public void BeginList(bool isEmpty) => Begin(isEmpty, isList: true);

    /// <summary>Ends a collection that is not empty.</summary>
    public void End() => _open.Pop();

    public void Key(string key)
    {
        StartEntry();
        var isSimple = Encoding.UTF8.GetByteCount(key) <= LongestSimpleKey
            && !key.AsSpan().ContainsAny("\n\r\u0085\u2028\u2029");
        if (isSimple)
        {
            WriteScalar(key, ScalarStyles.Choose(key, isKey: true), Indent);
            _text.Append(':');
            _place = Place.AfterKey;
            return;
        }

        _text.Append("? ");
        WriteScalar(key, ScalarStyles.Choose(key, isKey: false), Indent + 2);
        NewLine(Indent);
        _text.Append(':');
        _place = Place.AfterLongKey;
    }

    /// <summary>Begins an item of a list.</summary>
    public void Item()
    {
        StartEntry();
        _text.Append('-');
        _place = Place.AfterDash;
    }

    /// <summary>A text; quoted where it would be read as something else.</summary>
    public void Text(string text)
    {
        Separate();
        WriteScalar(text, ScalarStyles.Choose(text, isKey: false), Indent + 2);
        FinishNode();
    }

    /// <summary>A number, boolean or null: written as it is.</summary>
    public void Literal(string text)
    {
        Separate();
        _text.Append(text);
        FinishNode();
    }

    private int Indent => _open.TryPeek(out var collection) ? collection.Indent : 0;

    private void Begin(bool isEmpty, bool isList)
    {
        if (isEmpty)
        {
            Literal(isList ? "[]" : "{}");
            return;
        }

        // After a dash the first entry stands on the same line.
        _open.Push(new Collection(_place == Place.Start ? 0 : Indent + 2, StartsInline: _place != Place.AfterKey));
    }

    private void StartEntry()
    {
        var collection = _open.Pop();
        if (!collection.StartsInline)
        {
            NewLine(collection.Indent);
        }
        else if (_place != Place.Start)
        {
            _text.Append(' ');
        }

        _open.Push(collection with { StartsInline = false });
    }

    private void Separate()
    {
        if (_place != Place.Start)
        {
            _text.Append(' ');
        }
    }

    private void FinishNode()
    {
        if (_open.Count == 0)
        {
            NewLine(0);
        }
    }

    private void NewLine(int indent)
    {
        if (_text.Length > 0 && _text[^1] != '\n')
        {
            _text.Append('\n');
        }

        _text.Append(' ', indent);
    }

    private void WriteScalar(string text, ScalarStyle style, int indent)
    {
        switch (style)
        {
            case ScalarStyle.Plain:
                _text.Append(text);
                break;
            case ScalarStyle.SingleQuoted:
                WriteSingleQuoted(text, indent);
                break;
            case ScalarStyle.DoubleQuoted:
                WriteDoubleQuoted(text);
                break;
            default:
                WriteLiteral(text, indent);
                break;
        }
    }

    // A break inside quotes that is no line feed is kept and the next line is indented.
    private void WriteSingleQuoted(string text, int indent)
    {
        _text.Append('\'');
        var afterBreak = false;
        foreach (var character in text)
        {
            if (afterBreak && !TextTraits.IsBreak(character))
            {
                _text.Append(' ', indent);
            }

            _text.Append(character, character == '\'' ? 2 : 1);
            afterBreak = TextTraits.IsBreak(character);
        }

        _text.Append('\'');
    }

    private void WriteDoubleQuoted(string text)
    {
        _text.Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is not ('"' or '\\') && TextTraits.IsPrintable(rune.Value)
                && !TextTraits.IsBreak(rune.Value))
            {
                _text.Append(rune.ToString());
            }
            else
            {
                _text.Append('\\').Append(Escape(rune.Value));
            }
        }

        _text.Append('"');
    }

    private static string Escape(int rune) => rune switch
    {
        0 => "0",
        7 => "a",
        8 => "b",
        9 => "t",
        10 => "n",
        11 => "v",
        12 => "f",
        13 => "r",
        27 => "e",
        '"' or '\\' => ((char)rune).ToString(),
        0x85 => "N",
        0xA0 => "_",
        0x2028 => "L",
        0x2029 => "P",
        <= 0xFF => string.Create(CultureInfo.InvariantCulture, $"x{rune:X2}"),
        <= 0xFFFF => string.Create(CultureInfo.InvariantCulture, $"u{rune:X4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"U{rune:X8}"),
    };

    private void WriteLiteral(string text, int indent)
    {
        _text.Append('|');
        if (text[0] == ' ' || TextTraits.IsBreak(text[0]))
        {
            _text.Append('2');
        }

        if (!TextTraits.IsBreak(text[^1]))
        {
            _text.Append('-');
        }
        else if (text.Length == 1 || TextTraits.IsBreak(text[^2]))
        {
            _text.Append('+');
        }

        // Docker writes no break between the header and a text that begins with one.
        if (!TextTraits.IsBreak(text[0]))
        {
            _text.Append('\n');
        }

        var atLineStart = true;
        foreach (var character in text)
        {
            if (atLineStart && !TextTraits.IsBreak(character))
            {
                _text.Append(' ', indent);
            }

            _text.Append(character);
            atLineStart = TextTraits.IsBreak(character);
        }
    }

    private readonly record struct Collection(int Indent, bool StartsInline);
}
