using System.Diagnostics;

namespace Swarm.Interop.Tests.Harness;

/// <summary>Commands run to their end, with a limit.</summary>
internal static class Shell
{
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command; a command that outlives the limit is killed and fails the test.</summary>
    public static async Task<CommandResult> RunAsync(ProcessStartInfo start, TimeSpan limit)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var line = $"{Path.GetFileName(start.FileName)} {string.Join(' ', start.ArgumentList)}";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"`{line}` did not end within {limit.TotalSeconds} s; so far: {await output}{await error}");
        }

        return new CommandResult(line, process.ExitCode, await output, await error);
    }

    public static Task<CommandResult> RunAsync(string command, params string[] arguments) =>
        RunAsync(new ProcessStartInfo(command, arguments), DefaultLimit);

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>Standard output.</returns>
    public static async Task<string> OkAsync(string command, params string[] arguments) =>
        (await RunAsync(command, arguments)).Ok();

    /// <summary>Where a command is; system folders count even when the user's path leaves them out.</summary>
    public static string? Find(string command) => FindAll(command).FirstOrDefault();

    public static IEnumerable<string> FindAll(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Concat(["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"])
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, command))
            .Where(File.Exists)
            .Distinct();
}

/// <summary>How a command ended.</summary>
internal sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    public string All => Output + Error;

    public string Ok()
    {
        Assert.True(ExitCode == 0, ToString());
        return Output;
    }

    public override string ToString() => $"`{Command}` ended with {ExitCode}\nstdout: {Output}\nstderr: {Error}";
}
