using System.CommandLine;
using System.Text.RegularExpressions;
using Swarm.Tool;

namespace Swarm.Snippets;

/// <summary>The command lines that pages show are ones that there are.</summary>
public sealed partial class CommandTests
{
    private static readonly RootCommand Tool = ToolProgram.CreateRoot();
    private static readonly Dictionary<string, HashSet<string>> Docker = ReadCompatibility();

    public static TheoryData<string> Blocks =>
    [
        .. Fence.All
            .Where(fence => fence.Language is "sh" or "bash" or "shell" or "console" or "")
            .Select(fence => fence.Place),
    ];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_uses_commands_and_options_that_there_are(string place)
    {
        var faults = ShellLine.Read(Fence.All.Single(fence => fence.Place == place))
            .Select(line => FaultOf(line.Words) is { } fault ? $"{line.Place}: {fault}" : null)
            .OfType<string>();
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("swarm wait web --timeout 2m", true)]
    [InlineData("swarm wait web --nope 2m", false)]
    [InlineData("swarm nope", false)]
    [InlineData("docker -H unix:///x.sock service create --replicas 2 host", true)]
    [InlineData("docker service create --nope host", false)]
    [InlineData("docker service nope", false)]
    [InlineData("docker ps --anything", true)]
    [InlineData("A=1 dotnet a/swarm.dll daemon --nope x", false)]
    [InlineData("echo x | swarm secret rotate key --nope", false)]
    [InlineData("swarm stack deploy -c x.yml --prune shop", true)]
    [InlineData("swarm stack deploy --nope shop", false)]
    public void Mistakes_are_found(string line, bool isRight)
    {
        var fence = new Fence("page.md", 1, "sh", "", line);
        Assert.Equal(isRight, ShellLine.Read(fence).All(command => FaultOf(command.Words) is null));
    }

    private static string? FaultOf(string[] words) => words switch
    {
        ["swarm", .. var rest] => ToolFault(rest),
        ["dotnet", var program, .. var rest] when program.EndsWith("swarm.dll", StringComparison.Ordinal) =>
            ToolFault(rest),
        ["docker", .. var rest] => DockerFault(WithoutGlobal(rest)),
        _ => null,
    };

    private static string? ToolFault(string[] words)
    {
        if (words is ["stack", .. var stack])
        {
            return DockerFault(["stack", .. stack]);
        }

        Command command = Tool;
        foreach (var word in words.TakeWhile(word => !word.StartsWith('-')))
        {
            if (command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) is not { } sub)
            {
                break;
            }

            command = sub;
        }

        if (command.Subcommands.Count > 0 && !words.Contains("--help") && !words.Contains("--version"))
        {
            return $"'swarm {string.Join(' ', words)}' is no command";
        }

        var known = command.Options.SelectMany(option => option.Aliases.Append(option.Name)).Append("--help").ToHashSet();
        var unknown = words.TakeWhile(word => word != "--").FirstOrDefault(word =>
            word.StartsWith('-') && word != "-" && !known.Contains(word.Split('=')[0]));
        return unknown is null ? null : $"'swarm {command.Name}' has no option {unknown}";
    }

    // Other commands of docker are not ours to answer.
    private static string? DockerFault(string[] words)
    {
        if (words is not [var group, ..] || !Docker.Keys.Any(name => name.StartsWith($"{group} ", StringComparison.Ordinal)))
        {
            return null;
        }

        if (words.Length < 2 || !Docker.TryGetValue($"{group} {words[1]}", out var flags))
        {
            return $"'docker {string.Join(' ', words)}' is no command";
        }

        var unknown = words.Skip(2)
            .Where(word => word.StartsWith("--", StringComparison.Ordinal) && word != "--")
            .FirstOrDefault(word => !flags.Contains(word.Split('=')[0]));
        return unknown is null ? null : $"'docker {group} {words[1]}' has no flag {unknown} in docs/compatibility.md";
    }

    private static string[] WithoutGlobal(string[] words) => words switch
    {
        ["-H" or "--host" or "--context" or "-c", _, .. var rest] => rest,
        _ => words,
    };

    private static Dictionary<string, HashSet<string>> ReadCompatibility()
    {
        var commands = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        HashSet<string>? flags = null;
        foreach (var line in Documents.LinesOf(Path.Combine("docs", "compatibility.md")))
        {
            if (line.StartsWith("### docker ", StringComparison.Ordinal))
            {
                flags = commands[line["### docker ".Length..].Trim()] = new HashSet<string>(StringComparer.Ordinal) { "--help" };
            }
            else if (flags is not null && line.StartsWith("| `--", StringComparison.Ordinal))
            {
                flags.UnionWith(Flag().Matches(line.Split('|')[1]).Select(match => match.Value));
            }
        }

        return commands;
    }

    [GeneratedRegex("--[a-z0-9-]+")]
    private static partial Regex Flag();
}
