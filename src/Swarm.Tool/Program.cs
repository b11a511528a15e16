using System.CommandLine;
using Swarm.Tool.Commands;
using Swarm.Tool.Stacks;

if (args is ["stack", .. var stackArguments])
{
    return await StackProgram.RunAsync(stackArguments, StackShell.OfProcess(), CancellationToken.None);
}

var root = new RootCommand("Docker Swarm mode in one process: a daemon that the docker command drives.")
{
    DaemonCommand.Create(),
    BackupCommand.Create(),
    RestoreCommand.Create(),
    RotateCommand.Create("secret"),
    RotateCommand.Create("config"),
    new Command("stack", "Stack files: the commands of docker stack."),
};

// The host ends the daemon on a signal and takes the time that it needs; otherwise the process would be cut off.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
