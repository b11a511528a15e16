using System.Diagnostics;

namespace Swarm.DockerCli.Tests;

/// <summary>Our own command, as a process of its own.</summary>
internal static class ToolCommand
{
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "swarm.dll");

    /// <summary>Runs it to its end, with something to read on standard input.</summary>
    public static Task<CommandResult> RunAsync(string input, params string[] arguments) =>
        RunAsync(new ProcessStartInfo("dotnet", [Program, .. arguments]), input);

    /// <summary>Runs a command to its end, with something to read on standard input.</summary>
    public static async Task<CommandResult> RunAsync(ProcessStartInfo start, string input)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandResult(string.Join(' ', start.ArgumentList), process.ExitCode, await output, await error);
    }
}
