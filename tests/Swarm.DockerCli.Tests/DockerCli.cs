using System.Diagnostics;

namespace Swarm.DockerCli.Tests;

/// <summary>The real docker command, pointed at one daemon.</summary>
public sealed class DockerCli(string endpoint)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Why these tests cannot run here; null when they can.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>Address of the daemon.</summary>
    public string Endpoint => endpoint;

    /// <summary>Runs a command to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => RunAsync("", arguments);

    /// <summary>Runs a command that must succeed, with something to read on standard input.</summary>
    /// <returns>Standard output.</returns>
    public async Task<string> OkWithInputAsync(string input, params string[] arguments)
    {
        var result = await RunAsync(input, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }

    /// <summary>Runs a command to its end, with something to read on standard input.</summary>
    public async Task<CommandResult> RunAsync(string input, string[] arguments)
    {
        using var process = Launch(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"docker {string.Join(' ', arguments)} did not end; so far: {await output}{await error}");
        }

        return new CommandResult(string.Join(' ', arguments), process.ExitCode, await output, await error);
    }

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>Standard output.</returns>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }

    /// <summary>Runs a command that must fail with a text.</summary>
    public async Task FailsAsync(string text, params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.ExitCode != 0, result.ToString());
        Assert.Contains(text, result.Error + result.Output, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Starts a command that goes on until killed.</summary>
    public Process Start(params string[] arguments)
    {
        var process = Launch(arguments);
        process.StandardInput.Close();
        return process;
    }

    private Process Launch(string[] arguments)
    {
        var start = new ProcessStartInfo("docker")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["DOCKER_HOST"] = endpoint;
        start.Environment["DOCKER_CLI_HINTS"] = "false";
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static string? FindMissing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "the process executor needs Linux";
        }

        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "docker")));
        return found ? null : "the docker command is not installed (Debian: docker.io)";
    }
}

/// <summary>How a command ended.</summary>
public sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    public override string ToString() => $"`docker {Command}` ended with {ExitCode}\nstdout: {Output}\nstderr: {Error}";
}
