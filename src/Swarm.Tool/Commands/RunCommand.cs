using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Swarm.Compose;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary>
/// <c>swarm run</c>: a swarm for as long as a command takes, such as the tests of a pipeline, and nothing of it
/// afterwards.
/// </summary>
internal static class RunCommand
{
    private const int NotFound = 127;
    private const int Interrupted = 130;
    private const string DefaultTimeout = "2m";

    private static readonly Argument<string[]> Words = new("COMMAND")
    {
        Description = "The command and its arguments, after --. Without one the swarm is there until interrupted.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string[]> Files = new("--compose-file", "-c")
    {
        Description = "Stack file to deploy first. Repeatable.",
    };

    private static readonly Option<string> Stack = new("--stack")
    {
        Description = "Name of that stack.",
        DefaultValueFactory = _ => "app",
    };

    private static readonly Option<TimeSpan?> Limit = DurationOption.Create(
        "--timeout", $"How long the stack may take to converge. Default: {DefaultTimeout}.");

    private static readonly Option<TimeSpan?> Stable = CommonOptions.Stable();

    private static readonly Option<string?> Report = new("--report")
    {
        Description = "File (.tar.gz) for a report of the swarm, written when something failed.",
    };

    private static readonly Option<string> Executor = new("--executor")
    {
        Description = "What runs tasks: process, docker or memory.",
        DefaultValueFactory = _ => "process",
    };

    private static readonly Option<string?> Engine = new("--engine")
    {
        Description = "Docker Engine for --executor docker.",
    };

    public static Command Create()
    {
        var command = new Command(
            "run",
            "Starts a swarm of one node, deploys a stack and waits for it, runs a command with DOCKER_HOST and "
            + "SWARM_ADDRESS (where published ports are answered) in its environment, and removes the swarm. Ends with "
            + $"the command's exit code; with {ExitCode.Failure} when the stack failed and with {ExitCode.Timeout} "
            + "when it was not up in time. Needs no privileges and leaves nothing.")
        {
            Words, Files, Stack, Limit, Stable, Report, Executor, Engine,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            await using var swarm = await EphemeralSwarm.StartAsync(
                parsed.GetValue(Executor)!, parsed.GetValue(Engine), error, cancellationToken);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, swarm.Stopping);
            using var verb = new Verb(swarm.Endpoint, error, error);
            var code = await WorkAsync(parsed, swarm, verb, end.Token);
            if (code != ExitCode.Success && parsed.GetValue(Report) is { } path)
            {
                // An interrupted run is reported as well; it has nothing else to do.
                var bytes = await SwarmReport.WriteAsync(verb.Client, path, swarm.Log.Text, CancellationToken.None);
                verb.Notice($"report: {Path.GetFullPath(path)}, {bytes} bytes");
            }

            return code;
        }
        catch (OptionsValidationException exception)
        {
            return await FailAsync(error, string.Join("; ", exception.Failures));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SwarmException
            or StackCommandException or DockerApiException)
        {
            return await FailAsync(error, exception.Message);
        }
    }

    private static async Task<int> WorkAsync(
        ParseResult parsed, EphemeralSwarm swarm, Verb verb, CancellationToken end)
    {
        try
        {
            var code = await DeployAsync(parsed, swarm, verb, end);
            if (code != ExitCode.Success)
            {
                return code;
            }

            if (parsed.GetValue(Words) is [_, ..] words)
            {
                return await ExecuteAsync(words, swarm, verb, end);
            }

            var output = parsed.InvocationConfiguration.Output;
            await output.WriteAsync($"export DOCKER_HOST={swarm.Endpoint}\nexport SWARM_ADDRESS={swarm.Address}\n");
            await output.FlushAsync(end);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return parsed.GetValue(Words) is [_, ..] ? Interrupted : ExitCode.Success;
        }
        catch (Exception exception) when (
            exception is StackCommandException or StackFileException or DockerApiException)
        {
            verb.Notice($"swarm run: {exception.Message}");
            return ExitCode.Failure;
        }
    }

    private static async Task<int> DeployAsync(
        ParseResult parsed, EphemeralSwarm swarm, Verb verb, CancellationToken end)
    {
        if (parsed.GetValue(Files) is not [_, ..] files)
        {
            return ExitCode.Success;
        }

        var stack = parsed.GetValue(Stack)!;
        await DeployCommand.RunAsync(
            [.. files.SelectMany(file => new[] { "-c", file }), "--detach", stack],
            StackShell.OfProcess(verb.Error, verb.Error, swarm.Endpoint),
            end);
        return await WaitCommand.RunAsync(
            verb,
            await WaitCommand.StackAsync(verb, stack, end),
            parsed.GetValue(Limit) ?? TimeSpan.FromMinutes(2),
            parsed.GetValue(Stable),
            end);
    }

    private static async Task<int> ExecuteAsync(
        string[] words, EphemeralSwarm swarm, Verb verb, CancellationToken end)
    {
        var start = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false };
        start.Environment["DOCKER_HOST"] = swarm.Endpoint;
        start.Environment["SWARM_ADDRESS"] = swarm.Address;
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                await process.WaitForExitAsync(end);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
                throw;
            }

            return process.ExitCode;
        }
        catch (Win32Exception exception)
        {
            verb.Notice($"swarm run: {words[0]} cannot be started: {exception.Message}");
            return NotFound;
        }
    }

    private static async Task<int> FailAsync(TextWriter error, string reason)
    {
        await error.WriteAsync($"swarm run: {reason}\n");
        return ExitCode.Failure;
    }
}
