using static Swarm.Compose.Schema.SchemaNode;

namespace Swarm.Compose.Schema;

/// <summary>Forms that several keys share.</summary>
internal static class SchemaParts
{
    public static readonly SchemaNode TextOrNumber = OfType("string", "number");

    public static readonly SchemaNode UniqueTexts = ListOf(Text, unique: true);

    public static readonly SchemaNode TextOrList = Either(Text, UniqueTexts);

    /// <summary>A command: words, or a text that is split into words.</summary>
    public static readonly SchemaNode Command = Either(Text, ListOf(Text));

    public static readonly SchemaNode ListOrMapping = Either(
        new SchemaNode
        {
            Types = ["object"],
            Patterns = [new(HasText, OfType("string", "number", "null"))],
            IsOpen = false,
        },
        UniqueTexts);

    public static readonly SchemaNode DriverOptions = OptionsOf(TextOrNumber);

    /// <summary>Values under free names.</summary>
    public static SchemaNode OptionsOf(SchemaNode value) =>
        new() { Types = ["object"], Patterns = [new(IsOneLine, value)] };

    public static ValueList<KeyPattern> Extensions(int v, int since) =>
        v >= since ? [new(key => key.StartsWith("x-", StringComparison.Ordinal), Anything)] : [];

    /// <summary>Letters, digits, dots, underscores and dashes.</summary>
    public static bool IsName(string key)
    {
        foreach (var character in key)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return key.Length > 0;
    }

    public static bool IsLowerCaseWord(string key) =>
        key.Length > 0 && !key.AsSpan().ContainsAnyExceptInRange('a', 'z');

    private static bool IsOneLine(string key) => key.Length > 0 && !key.Contains('\n', StringComparison.Ordinal);

    private static bool HasText(string key) => key.AsSpan().ContainsAnyExcept('\n');
}
