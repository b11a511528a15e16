using System.Text;

namespace Swarm.Compose.Syntax;

/// <summary>Splits a command line into words, with quotes, escapes and comments, without expansion.</summary>
internal static class ShellWords
{
    /// <exception cref="FormatException">A quote or an escape is not finished.</exception>
    public static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isInWord = false;
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case ' ' or '\t' or '\r' or '\n':
                    Finish(words, word, ref isInWord);
                    break;
                case '#' when !isInWord:
                    index = text.IndexOf('\n', index) is var end and >= 0 ? end : text.Length;
                    break;
                case '\'' or '"':
                    isInWord = true;
                    index = TakeQuoted(text, index, word);
                    break;
                case '\\':
                    isInWord = true;
                    index = TakeEscaped(text, index, word);
                    break;
                default:
                    isInWord = true;
                    word.Append(text[index]);
                    break;
            }
        }

        Finish(words, word, ref isInWord);
        return words;
    }

    private static void Finish(List<string> words, StringBuilder word, ref bool isInWord)
    {
        if (isInWord)
        {
            words.Add(word.ToString());
            word.Clear();
            isInWord = false;
        }
    }

    // The position of the closing quote. Only double quotes know escapes.
    private static int TakeQuoted(string text, int open, StringBuilder word)
    {
        var quote = text[open];
        for (var index = open + 1; index < text.Length; index++)
        {
            if (text[index] == quote)
            {
                return index;
            }

            if (text[index] == '\\' && quote == '"')
            {
                index = TakeEscaped(text, index, word);
            }
            else
            {
                word.Append(text[index]);
            }
        }

        throw new FormatException("EOF found when expecting closing quote");
    }

    private static int TakeEscaped(string text, int backslash, StringBuilder word)
    {
        if (backslash + 1 >= text.Length)
        {
            throw new FormatException("EOF found after escape character");
        }

        word.Append(text[backslash + 1]);
        return backslash + 1;
    }
}
