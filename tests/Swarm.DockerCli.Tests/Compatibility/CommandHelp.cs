using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Swarm.DockerCli.Tests.Compatibility;

/// <summary>What a docker command says of itself.</summary>
/// <param name="Program">Path of the command.</param>
/// <param name="Version">Its version.</param>
/// <param name="Flags">Flags by command.</param>
public sealed partial record CommandHelp(string Program, Version Version, IReadOnlyDictionary<string, string[]> Flags)
{
    private static readonly string[] Groups = ["swarm", "node", "service", "stack", "secret", "config", "network"];

    /// <summary>Every docker command in the path.</summary>
    public static async Task<IReadOnlyList<CommandHelp>> ReadAllAsync()
    {
        var programs = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, "docker"))
            .Where(File.Exists)
            .Select(program => new FileInfo(program).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? program)
            .Distinct(StringComparer.Ordinal);
        var all = new Dictionary<Version, CommandHelp>();
        foreach (var program in programs)
        {
            var version = Version.Parse(Number().Match(await RunAsync(program, "--version")).Value);
            if (!all.ContainsKey(version))
            {
                all.Add(version, await ReadAsync(program, version));
            }
        }

        return [.. all.Values];
    }

    private static async Task<CommandHelp> ReadAsync(string program, Version version)
    {
        var flags = new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["exec"] = await FlagsOfAsync(program, "exec"),
        };
        foreach (var group in Groups)
        {
            foreach (var command in Section(await RunAsync(program, group, "--help"), "Commands:"))
            {
                var name = command.TrimStart().Split(' ')[0];
                flags.Add($"{group} {name}", await FlagsOfAsync(program, group, name));
            }
        }

        return new CommandHelp(program, version, flags);
    }

    private static async Task<string[]> FlagsOfAsync(string program, params string[] command) =>
    [
        .. Section(await RunAsync(program, [.. command, "--help"]), "Options:")
            .Select(line => Option().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups["flag"].Value),
    ];

    // From a title to the next empty line.
    private static IEnumerable<string> Section(string help, string title) => help
        .Split('\n')
        .SkipWhile(line => line.Trim() != title)
        .Skip(1)
        .TakeWhile(line => line.Trim().Length > 0);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // An engine would have flags left out that it is too old for.
        start.Environment["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await error}");
        return output;
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\s+(-\w, )?(?<flag>--[a-z0-9-]+)\b")]
    private static partial Regex Option();
}
