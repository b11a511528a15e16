namespace Swarm.DockerCli.Tests.Compatibility;

/// <summary><c>docs/compatibility.md</c> says something of every flag of the docker command, and of nothing else.</summary>
public sealed class CompatibilityPageTests
{
    private const string OnlyNew = "(28 only)";
    private const string OnlyOld = "(20.10 only)";

    /// <summary>The version between those that the page knows flags of.</summary>
    private static readonly Version Middle = new(21, 0, 0);

    [Fact]
    public void Every_row_has_a_state()
    {
        string[] states = ["works", "differs", "refused"];
        Assert.NotEmpty(CompatibilityPage.Rows);
        Assert.All(CompatibilityPage.Rows, row =>
        {
            Assert.NotEmpty(row.States);
            Assert.All(row.States, state => Assert.True(states.Contains(state), $"line {row.Line}: '{state}' is no state"));
            Assert.True(
                row.States.All(state => state == "works") || row.Remarks.Length > 0,
                $"line {row.Line}: in what it differs is not said");
        });
    }

    [Fact]
    public void No_flag_has_two_rows()
    {
        var twice = CompatibilityPage.Rows
            .SelectMany(row => row.Flags.Select(flag => $"{row.Command} {flag}"))
            .GroupBy(name => name)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key);
        Assert.Empty(twice);
    }

    [SkippableFact]
    public async Task Every_flag_of_the_docker_command_has_a_row()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        var rows = CompatibilityPage.Rows.ToLookup(row => row.Command);
        var missing = new List<string>();
        foreach (var help in await CommandHelp.ReadAllAsync())
        {
            Assert.True(help.Flags.Count > 30, $"{help.Program} shows {help.Flags.Count} commands");
            foreach (var (command, flags) in help.Flags)
            {
                var known = rows[command].SelectMany(row => row.Flags).ToHashSet(StringComparer.Ordinal);
                missing.AddRange(rows[command].Any(row => row.Flags.Length == 0) ? [] : [$"docker {command}"]);
                missing.AddRange(flags.Where(flag => !known.Contains(flag)).Select(flag => $"docker {command} {flag} ({help.Version})"));
            }
        }

        Assert.Empty(missing);
    }

    [SkippableFact]
    public async Task Every_row_is_of_a_flag_that_there_is()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        var helps = await CommandHelp.ReadAllAsync();
        var invented = CompatibilityPage.Rows
            .Where(row => !MayBeAbsent(row, helps))
            .SelectMany(row => row.Flags.Select(flag => (row.Command, Flag: flag, row.Line)))
            .Where(item => !helps.Any(help => help.Flags.GetValueOrDefault(item.Command)?.Contains(item.Flag) is true))
            .Select(item => $"line {item.Line}: docker {item.Command} {item.Flag}");
        Assert.Empty(invented);
    }

    // A row may be about the version that is not installed here.
    private static bool MayBeAbsent(CompatibilityRow row, IReadOnlyList<CommandHelp> helps) =>
        (row.Remarks.Contains(OnlyNew, StringComparison.Ordinal) && helps.All(help => help.Version.Major < 28))
        || (row.Remarks.Contains(OnlyOld, StringComparison.Ordinal) && helps.All(help => help.Version >= Middle));
}
