using System.CommandLine;
using Swarm.Hosting;

namespace Swarm.Tool.Commands;

/// <summary><c>swarm restore</c>: a swarm out of a backup, with one manager.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "The backup.", Required = true };
        var state = new Option<string>("--state")
        {
            Description = "Directory of a daemon that is in no swarm and does not run.",
            Required = true,
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "restore",
            "Puts a backup into the directory of a daemon, which is then the only manager of the swarm. The managers of "
            + "the old swarm must not be running.")
        {
            from, state, json,
        };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(from)!, parsed.GetValue(state)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string from,
        string state,
        bool isJson,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var source = File.OpenRead(from);
            await SwarmBackup.RestoreAsync(source, state, cancellationToken);
            var path = Path.GetFullPath(state);
            await Console.Out.WriteLineAsync(isJson
                ? OneDocument.Write(("State", path))
                : $"{path} is the only manager of the swarm now; start it with 'swarm daemon --state {state} …', with "
                    + "the old managers off, and join the others again");

            return ExitCode.Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SwarmException)
        {
            await Console.Error.WriteLineAsync($"swarm restore: {exception.Message}");
            return ExitCode.Failure;
        }
    }
}
