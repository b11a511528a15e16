using System.CommandLine;
using System.CommandLine.Invocation;
using Swarm.Tool.Commands;
using Swarm.Tool.Stacks;

namespace Swarm.Tool;

/// <summary>The command <c>swarm</c>: what it can do, and with which code it ends.</summary>
internal static class ToolProgram
{
    private const string Description = """
        Docker Swarm mode in one process: a daemon that the docker command drives, and what docker has no words for.

        Exit codes: 0 done, 1 refused or failed (an update that was paused or rolled back has failed), 2 wrong command
        line, 124 not in time. 'swarm stack' ends as 'docker stack' does.
        """;

    /// <summary>Runs a command line to its end.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="configuration">Where it writes; null means the console.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, InvocationConfiguration? configuration = null)
    {
        if (args is ["stack", .. var stackArguments])
        {
            return await StackProgram.RunAsync(stackArguments, StackShell.OfProcess(), CancellationToken.None);
        }

        // The host ends the daemon on a signal and takes the time that it needs; otherwise the process would be cut.
        configuration ??= new InvocationConfiguration { ProcessTerminationTimeout = null };
        var parsed = CreateRoot().Parse(args);
        var code = await parsed.InvokeAsync(configuration);
        return parsed.Action is ParseErrorAction ? ExitCode.Usage : code;
    }

    /// <summary>The command with everything below it.</summary>
    internal static RootCommand CreateRoot() => new(Description.ReplaceLineEndings("\n"))
    {
        DaemonCommand.Create(),
        RunCommand.Create(),
        CreateStack(),
        PlanCommand.Create(),
        WaitCommand.Create(),
        ExplainCommand.Create(),
        TopCommand.Create(),
        ReportCommand.Create(),
        BackupCommand.Create(),
        RestoreCommand.Create(),
        RotateCommand.Create("secret"),
        RotateCommand.Create("config"),
        ExecCommand.Create(),
        SimCommand.Create(),
        CompletionCommand.Create(),
    };

    // Only for help and completion: it reads its command line as the docker command does.
    private static Command CreateStack()
    {
        var stack = new Command("stack", "Stack files: the commands of docker stack.");
        foreach (var (name, description) in StackProgram.Commands)
        {
            stack.Add(new Command(name, description) { TreatUnmatchedTokensAsErrors = false });
        }

        return stack;
    }
}
