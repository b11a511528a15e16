using System.Text.RegularExpressions;

namespace Swarm.Architecture.Tests;

/// <summary>What a reader may rely on in every file.</summary>
public sealed partial class FileRulesTests
{
    private const int MaxLines = 400;
    private const int MaxColumns = 120;
    private const int MaxMemberLines = 70;

    private static readonly string[] CodeFolders = ["src", "tests", "benchmarks", "samples"];

    [Fact]
    public void A_file_is_one_idea_of_at_most_400_lines() =>
        AssertNone(CodeFiles().Where(file => file.Lines.Length > MaxLines)
            .Select(file => $"{file.Path}: {file.Lines.Length} lines"));

    [Fact]
    public void A_line_of_the_library_has_at_most_120_columns() =>
        AssertNone(CodeFiles("src").SelectMany(file => Numbered(file)
            .Where(line => line.Text.Length > MaxColumns && !HoldsOneLongText().IsMatch(line.Text))
            .Select(line => $"{file.Path}:{line.Number}: {line.Text.Length} columns")));

    [Fact]
    public void A_member_of_the_library_has_at_most_70_lines() =>
        AssertNone(CodeFiles("src").SelectMany(file => Members(file)
            .Where(member => member.Length > MaxMemberLines)
            .Select(member => $"{file.Path}:{member.Start}: {member.Length} lines")));

    [Fact]
    public void Lines_end_with_a_line_feed_and_hold_no_tab() =>
        AssertNone(CodeFiles().Where(file => file.Text.Contains('\r') || !file.Text.EndsWith('\n') || file.Text.Contains('\t'))
            .Select(file => file.Path));

    [Fact]
    public void Types_are_named_for_what_they_are() =>
        AssertNone(CodeFiles("src").SelectMany(file => VagueName().Matches(file.Text)
            .Where(match => !match.Groups["name"].Value.StartsWith("SwarmManager", StringComparison.Ordinal))
            .Select(match => $"{file.Path}: {match.Groups["name"].Value}")));

    [Fact]
    public void Nothing_is_left_to_do_in_the_library() =>
        AssertNone(CodeFiles("src").SelectMany(file => Numbered(file)
            .Where(line => Unfinished().IsMatch(line.Text))
            .Select(line => $"{file.Path}:{line.Number}: {line.Text.Trim()}")));

    [Fact]
    public void Namespaces_follow_folders() =>
        AssertNone(CodeFiles("src").Where(file => Namespace().Match(file.Text) is { Success: true } match
                && !match.Groups["name"].Value.StartsWith("Swarm", StringComparison.Ordinal)
                && !match.Groups["name"].Value.StartsWith("Microsoft.", StringComparison.Ordinal))
            .Select(file => file.Path));

    private static void AssertNone(IEnumerable<string> offences) => Assert.Empty(offences);

    private static IEnumerable<CodeFile> CodeFiles(params string[] folders) =>
        (folders.Length > 0 ? folders : CodeFolders)
            .SelectMany(folder => Repository.Files(folder, "*.cs"))
            .Select(path =>
            {
                var text = File.ReadAllText(path);
                return new CodeFile(Repository.Relative(path), text, text.TrimEnd('\n').Split('\n'));
            });

    private static IEnumerable<(int Number, string Text)> Numbered(CodeFile file) =>
        file.Lines.Select((text, index) => (index + 1, text));

    // In formatted code a member's body opens and closes with a brace alone on a line at the member's own depth.
    private static IEnumerable<(int Start, int Length)> Members(CodeFile file)
    {
        var open = new Stack<(int Line, string Indent)>();
        foreach (var (number, text) in Numbered(file))
        {
            var trimmed = text.TrimStart();
            var indent = text[..^trimmed.Length];
            if (trimmed == "{")
            {
                open.Push((number, indent));
            }
            else if (trimmed.StartsWith('}') && open.Count > 0 && open.Peek().Indent == indent)
            {
                var (start, _) = open.Pop();
                if (!TypeHeader().IsMatch(Header(file, start)))
                {
                    yield return (start, number - start - 1);
                }
            }
        }
    }

    private static string Header(CodeFile file, int openingLine)
    {
        var first = openingLine - 2;
        while (first > 0 && file.Lines[first - 1].Trim() is { Length: > 0 } previous && !previous.EndsWith(';') && previous is not ("{" or "}"))
        {
            first--;
        }

        return string.Join(' ', file.Lines[Math.Max(first, 0)..(openingLine - 1)]);
    }

    private sealed record CodeFile(string Path, string Text, string[] Lines);

    [GeneratedRegex(@"\b(class|record|struct|interface)\s+(?<name>\w+(Manager|Helpers?|Utils?|Utility))\b")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum|namespace)\s+\w")]
    private static partial Regex TypeHeader();

    // A message of the wire or a generated expression is not broken over lines.
    [GeneratedRegex("\"[^\"]{40,}\"|/// <")]
    private static partial Regex HoldsOneLongText();
}
