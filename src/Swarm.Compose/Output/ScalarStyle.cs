using System.Text;
using System.Text.RegularExpressions;
using Swarm.Compose.Yaml;

namespace Swarm.Compose.Output;

internal enum ScalarStyle
{
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// <summary>Chooses how a text is written so that every reader takes it for the same text.</summary>
internal static partial class ScalarStyles
{
    public static ScalarStyle Choose(string text, bool isKey)
    {
        var traits = TextTraits.Of(text);
        if (text.Contains('\n', StringComparison.Ordinal) && !isKey && traits.AllowsLiteral)
        {
            return ScalarStyle.Literal;
        }

        if (text.Contains('\n', StringComparison.Ordinal) || !IsSafePlain(text))
        {
            return ScalarStyle.DoubleQuoted;
        }

        return traits.AllowsPlain ? ScalarStyle.Plain
            : traits.AllowsSingleQuotes ? ScalarStyle.SingleQuoted
            : ScalarStyle.DoubleQuoted;
    }

    // Other readers take y, no, on … for booleans and 1:30 for a number.
    private static bool IsSafePlain(string text) =>
        YamlScalars.ReadsAsText(text) && !OldBoolean().IsMatch(text) && !BaseSixty().IsMatch(text);

    [GeneratedRegex(
        @"\A(y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OldBoolean();

    [GeneratedRegex(
        @"\A[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BaseSixty();
}

/// <summary>What is in a text that decides how it can be written.</summary>
internal readonly record struct TextTraits(bool AllowsPlain, bool AllowsSingleQuotes, bool AllowsLiteral)
{
    public static TextTraits Of(string text)
    {
        if (text.Length == 0)
        {
            return new(true, true, false);
        }

        var runes = text.EnumerateRunes().ToArray();
        var hasIndicators = text.StartsWith("---", StringComparison.Ordinal)
            || text.StartsWith("...", StringComparison.Ordinal)
            || IsIndicatorAtStart(runes);
        var (hasBreaks, hasSpecials, hasTabs, breakSpace, spaceBreak) = (false, false, false, false, false);
        for (var index = 0; index < runes.Length; index++)
        {
            var rune = runes[index].Value;
            var previous = index > 0 ? runes[index - 1].Value : ' ';
            hasBreaks |= IsBreak(rune);
            hasTabs |= rune == '\t';
            hasSpecials |= rune != '\t' && !IsPrintable(rune);
            breakSpace |= rune == ' ' && index > 0 && IsBreak(previous);
            spaceBreak |= IsBreak(rune) && index > 0 && previous == ' ';
            hasIndicators |= index > 0
                && ((rune == ':' && IsFollowedByBlank(runes, index)) || (rune == '#' && IsBlankOrBreak(previous)));
        }

        var isPadded = IsSpaceOrBreak(runes[0].Value) || IsSpaceOrBreak(runes[^1].Value);
        var needsEscapes = spaceBreak || hasTabs || hasSpecials;
        return new(
            AllowsPlain: !(isPadded || breakSpace || needsEscapes || hasBreaks || hasIndicators),
            AllowsSingleQuotes: !(breakSpace || needsEscapes),
            AllowsLiteral: !(runes[^1].Value == ' ' || spaceBreak || hasSpecials));
    }

    public static bool IsBreak(int rune) => rune is '\n' or '\r' or 0x85 or 0x2028 or 0x2029;

    public static bool IsPrintable(int rune) => rune is '\n'
        or (>= 0x20 and <= 0x7E)
        or (>= 0xA0 and <= 0xD7FF)
        or (>= 0xE000 and <= 0xFFFD and not 0xFEFF);

    private static bool IsIndicatorAtStart(Rune[] runes) => runes[0].Value switch
    {
        '#' or ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!'
            or '|' or '>' or '\'' or '"' or '%' or '@' or '`' => true,
        '?' or ':' or '-' => IsFollowedByBlank(runes, 0),
        _ => false,
    };

    private static bool IsFollowedByBlank(Rune[] runes, int index) =>
        index + 1 >= runes.Length || runes[index + 1].Value is ' ' or '\t';

    private static bool IsSpaceOrBreak(int rune) => rune == ' ' || IsBreak(rune);

    private static bool IsBlankOrBreak(int rune) => rune is ' ' or '\t' || IsBreak(rune);
}
