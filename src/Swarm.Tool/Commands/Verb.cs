using System.CommandLine;
using System.Text.Json;
using Swarm.Compose;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary>What the verbs over the Docker API have in common: a connection, output, and how they fail.</summary>
internal sealed class Verb(ParseResult parsed, Option<string> host, Option<bool> json) : IDisposable
{
    private readonly DockerClient _client = new(parsed.GetValue(host));

    public DockerClient Client => _client;

    public TextWriter Output => parsed.InvocationConfiguration.Output;

    public TextWriter Error => parsed.InvocationConfiguration.Error;

    public bool IsJson => parsed.GetValue(json);

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
                using var verb = new Verb(parsed, host, json);
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
