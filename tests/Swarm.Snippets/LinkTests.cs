using System.Text.RegularExpressions;

namespace Swarm.Snippets;

/// <summary>Links between pages lead somewhere.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages => [.. Documents.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_to_files_and_headings(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Documents.Root, page))!;
        var broken = Documents.LinesOf(page)
            .SelectMany((line, index) => Link().Matches(line).Select(match => (Target: match.Groups["target"].Value, Line: index + 1)))
            .Where(link => !link.Target.Contains("://", StringComparison.Ordinal))
            .Where(link => !Exists(folder, page, link.Target))
            .Select(link => $"{page}:{link.Line}: {link.Target}");
        Assert.Empty(broken);
    }

    private static bool Exists(string folder, string page, string target)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0 ? Path.Combine(Documents.Root, page) : Path.GetFullPath(Path.Combine(folder, parts[0]));
        return (File.Exists(path) || Directory.Exists(path))
            && (parts.Length == 1 || HeadingsOf(path).Contains(parts[1]));
    }

    // As the web sites make them: lower case, without punctuation, hyphens for spaces.
    private static IEnumerable<string> HeadingsOf(string path) => File.ReadLines(path)
        .Where(line => line.StartsWith('#'))
        .Select(line => NotInAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\s-]")]
    private static partial Regex NotInAnchors();
}
