using System.Text.RegularExpressions;

namespace Swarm.DockerCli.Tests.Compatibility;

/// <summary>A row of <c>docs/compatibility.md</c>.</summary>
/// <param name="Command">The command, without <c>docker</c>.</param>
/// <param name="Flags">The flags it is about; none for the command itself.</param>
/// <param name="States">What becomes of them; one, or one for each kind of node.</param>
/// <param name="Remarks">The last column.</param>
/// <param name="Line">Line of the page.</param>
public sealed record CompatibilityRow(string Command, string[] Flags, string[] States, string Remarks, int Line);

/// <summary>What <c>docs/compatibility.md</c> says.</summary>
public static partial class CompatibilityPage
{
    private static readonly string File = Path.Combine(Root(), "docs", "compatibility.md");

    public static string Text { get; } = System.IO.File.ReadAllText(File);

    public static IReadOnlyList<CompatibilityRow> Rows { get; } = [.. Read()];

    private static IEnumerable<CompatibilityRow> Read()
    {
        var command = "";
        foreach (var (line, number) in Text.Split('\n').Select((line, index) => (line, index + 1)))
        {
            if (line.StartsWith("### docker ", StringComparison.Ordinal))
            {
                command = line["### docker ".Length..].Trim();
            }
            else if (command.Length > 0 && RowStart().IsMatch(line))
            {
                var cells = line.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToArray();
                var flags = Flag().Matches(cells[0]).Select(match => match.Value).ToArray();
                yield return new(command, flags, cells[1..^1], cells[^1], number);
            }
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "Swarm.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Swarm.sln was not found");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^\| (`--|\(the command\))")]
    private static partial Regex RowStart();

    [GeneratedRegex("--[a-z0-9-]+")]
    private static partial Regex Flag();
}
