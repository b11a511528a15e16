using System.ComponentModel;
using System.Diagnostics;

namespace Swarm.Net.Kernel;

/// <summary>Runs the programs that talk to the kernel.</summary>
internal static class KernelCommand
{
    /// <summary>Whether a text can be the name of a table of nftables.</summary>
    public static bool IsTableName(string text) => text.Length is >= 1 and <= 64
        && !char.IsAsciiDigit(text[0])
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, what it printed, and what it complained about.</returns>
    public static async Task<Outcome> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string input,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it had read everything; its complaint says why.
            }

            await process.WaitForExitAsync(cancellationToken);
            return new Outcome(process.ExitCode, await output, await errors);
        }
        catch (Win32Exception exception)
        {
            return new Outcome(-1, "", $"{program} cannot be run: {exception.Message}");
        }
    }

    internal readonly record struct Outcome(int ExitCode, string Output, string Errors)
    {
        /// <summary>The first complaint, for people.</summary>
        public string Reason =>
            Errors.Split('\n', 2)[0].Trim() is { Length: > 0 } line ? line : $"exit code {ExitCode}";
    }
}
