using System.Collections;
using System.Globalization;
using System.Text;
using Swarm.Compose.Values;

namespace Swarm.Tool.Stacks;

/// <summary>
/// What a stack command finds around it and writes to: results on standard output, everything else on standard error.
/// </summary>
internal sealed class StackShell
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required Stream Input { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    public required Func<DockerClient> OpenClient { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The shell of this process.</summary>
    public static StackShell OfProcess() =>
        OfProcess(Open(Console.OpenStandardOutput()), Open(Console.OpenStandardError()), host: null);

    /// <summary>The shell of this process with other outputs and, if there is one, another daemon.</summary>
    public static StackShell OfProcess(TextWriter output, TextWriter error, string? host)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return new()
        {
            Output = output,
            Error = error,
            Input = Console.OpenStandardInput(),
            Environment = environment,
            WorkingDirectory = Directory.GetCurrentDirectory(),
            OpenClient = () => new DockerClient(host ?? environment.GetValueOrDefault("DOCKER_HOST")),
        };
    }

    public void Write(string text) => Output.Write(text);

    public void Line(string text) => Output.Write(text + "\n");

    public void Notice(string text) => Error.Write(text + "\n");

    public void NoticeWithoutBreak(string text) => Error.Write(text);

    /// <summary>A line as the docker command logs it.</summary>
    public void Log(string message) => Notice(string.Create(
        CultureInfo.InvariantCulture,
        $"time=\"{Time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}\" level=warning msg={GoText.Quote(message)}"));

    private static StreamWriter Open(Stream stream) => new(stream, new UTF8Encoding(false)) { AutoFlush = true };
}
