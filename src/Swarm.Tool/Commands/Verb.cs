using System.CommandLine;
using System.Text.Json;
using Swarm.Compose;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary>What the verbs over the Docker API have in common: a connection, output, and how they fail.</summary>
/// <param name="host">Address of the daemon.</param>
/// <param name="output">Where results go.</param>
/// <param name="error">Where everything else goes.</param>
/// <param name="isJson">Results are for programs.</param>
internal sealed class Verb(string? host, TextWriter output, TextWriter error, bool isJson = false) : IDisposable
{
    private readonly DockerClient _client = new(host);

    public DockerClient Client => _client;

    public TextWriter Output => output;

    public TextWriter Error => error;

    public bool IsJson => isJson;

    /// <summary>Makes a command's action of what it does; whatever goes wrong is told in one line.</summary>
    public static void Set(
        Command command,
        Option<string> host,
        Option<bool> json,
        Func<Verb, ParseResult, CancellationToken, Task<int>> runAsync) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                using var verb = new Verb(
                    parsed.GetValue(host),
                    parsed.InvocationConfiguration.Output,
                    parsed.InvocationConfiguration.Error,
                    parsed.GetValue(json));
                return await runAsync(verb, parsed, cancellationToken);
            }
            catch (Exception exception) when (
                exception is StackCommandException or StackFileException or DockerApiException or IOException
                    or JsonException or UnauthorizedAccessException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"swarm {NameOf(command)}: {exception.Message}");
                return ExitCode.Failure;
            }
        });

    public void Write(string text) => Output.Write(text);

    public void Line(string text) => Output.Write(text + "\n");

    public void Notice(string text) => Error.Write(text + "\n");

    public void Dispose() => _client.Dispose();

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
            ? $"{NameOf(parent)} {command.Name}"
            : command.Name;
}
