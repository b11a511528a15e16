using System.Diagnostics;
using System.Text.Json;

namespace Swarm.Interop.Tests.Harness;

/// <summary>The real docker command, pointed at one daemon.</summary>
internal sealed class DockerCli(string endpoint, string? executable = null)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly Task<IReadOnlyList<InstalledCli>> Installed = FindInstalledAsync();

    private readonly string _executable = executable ?? Shell.Find("docker") ?? "docker";

    public string Endpoint => endpoint;

    /// <summary>Every docker command of this machine, one per version.</summary>
    public static Task<IReadOnlyList<InstalledCli>> InstalledAsync() => Installed;

    /// <summary>The same daemon by another docker command.</summary>
    public DockerCli With(InstalledCli cli) => new(endpoint, cli.Path);

    public Task<CommandResult> RunAsync(params string[] arguments) => Shell.RunAsync(Prepare(arguments), Limit);

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>Standard output.</returns>
    public async Task<string> OkAsync(params string[] arguments) => (await RunAsync(arguments)).Ok();

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>The lines of standard output that are not empty.</returns>
    public async Task<string[]> LinesAsync(params string[] arguments) =>
        (await OkAsync(arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Runs a command that prints a JSON document a line, as <c>--format '{{json .}}'</c> makes it.</summary>
    public async Task<JsonElement[]> JsonAsync(params string[] arguments) =>
        [.. (await LinesAsync([.. arguments, "--format", "{{json .}}"])).Select(line => JsonElement.Parse(line))];

    /// <summary>Starts a command that goes on until killed.</summary>
    public Process Start(params string[] arguments)
    {
        var start = Prepare(arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private ProcessStartInfo Prepare(string[] arguments)
    {
        var start = new ProcessStartInfo(_executable, arguments);
        start.Environment["DOCKER_HOST"] = endpoint;
        start.Environment["DOCKER_CLI_HINTS"] = "false";
        start.Environment.Remove("DOCKER_CONTEXT");
        start.Environment.Remove("DOCKER_API_VERSION");
        return start;
    }

    private static async Task<IReadOnlyList<InstalledCli>> FindInstalledAsync()
    {
        var found = new List<InstalledCli>();
        foreach (var path in Shell.FindAll("docker"))
        {
            var version = await Shell.RunAsync(path, "version", "--format", "{{.Client.Version}}");
            if (version.Output.Trim() is { Length: > 0 } text && found.TrueForAll(cli => cli.Version != text))
            {
                found.Add(new InstalledCli(path, text));
            }
        }

        return found;
    }
}

/// <summary>A docker command of this machine.</summary>
internal sealed record InstalledCli(string Path, string Version);
