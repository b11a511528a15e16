namespace Swarm.Snippets;

/// <summary>A block of code on a page.</summary>
/// <param name="Page">The page.</param>
/// <param name="Line">Line of the first line of code.</param>
/// <param name="Language">What the fence says.</param>
/// <param name="Prelude">What the comment before the fence takes for granted; empty for nothing.</param>
/// <param name="Code">The code.</param>
internal sealed record Fence(string Page, int Line, string Language, string Prelude, string Code)
{
    private const string Mark = "```";
    private const string PreludeStart = "<!-- snippet:";
    private const string PreludeEnd = "-->";

    /// <summary>Where it is, as editors understand it.</summary>
    public string Place => $"{Page}:{Line}";

    /// <summary>All blocks of all pages.</summary>
    public static IReadOnlyList<Fence> All { get; } = [.. Documents.Pages.SelectMany(Read)];

    private static IEnumerable<Fence> Read(string page)
    {
        var lines = Documents.LinesOf(page);
        var prelude = "";
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.StartsWith(PreludeStart, StringComparison.Ordinal))
            {
                var end = Array.FindIndex(lines, i, text => text.Contains(PreludeEnd, StringComparison.Ordinal));
                prelude = string.Join('\n', lines[i..(end + 1)]).Trim()[PreludeStart.Length..^PreludeEnd.Length].Trim();
                i = end;
            }
            else if (line.StartsWith(Mark, StringComparison.Ordinal))
            {
                var end = Array.FindIndex(lines, i + 1, text => text.Trim() == Mark);
                Assert.True(end > 0, $"{page}:{i + 1}: the block has no end");
                yield return new Fence(page, i + 2, line[Mark.Length..].Trim(), prelude, string.Join('\n', lines[(i + 1)..end]));
                prelude = "";
                i = end;
            }
            else if (line.Length > 0)
            {
                prelude = "";
            }
        }
    }
}
