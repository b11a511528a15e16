using Swarm.Compose;

namespace Swarm.Tool.Stacks;

/// <summary><c>swarm stack …</c>: the stack commands, with the options, outputs and exit codes of <c>docker stack</c>.</summary>
internal static class StackProgram
{
    /// <summary>The commands with what they do, for people.</summary>
    public static IReadOnlyList<(string Name, string Description)> Commands { get; } =
    [
        ("config", "Outputs the final config file, after doing merges and interpolations"),
        ("deploy", "Deploy a new stack or update an existing stack"),
        ("ls", "List stacks"),
        ("ps", "List the tasks in the stack"),
        ("rm", "Remove one or more stacks"),
        ("services", "List the services in the stack"),
    ];

    private static string Usage { get; } = "Usage: swarm stack COMMAND\n\nCommands:"
        + string.Concat(Commands.Select(command => $"\n  {command.Name,-8}  {command.Description}"));

    public static async Task<int> RunAsync(string[] arguments, StackShell shell, CancellationToken cancellationToken)
    {
        try
        {
            await DispatchAsync(arguments, shell, cancellationToken);
            return 0;
        }
        catch (Exception exception) when (
            exception is StackCommandException or StackFileException or DockerApiException)
        {
            shell.Notice(exception.Message);
            return 1;
        }
    }

    private static async Task DispatchAsync(string[] arguments, StackShell shell, CancellationToken cancellationToken)
    {
        var rest = arguments.Length > 0 ? arguments[1..] : [];
        switch (arguments is [var verb, ..] ? verb : "")
        {
            case "config":
                ConfigCommand.Run(rest, shell);
                break;
            case "deploy" or "up":
                await DeployCommand.RunAsync(rest, shell, cancellationToken);
                break;
            case "ls" or "list":
                await ListCommand.RunAsync(rest, shell, cancellationToken);
                break;
            case "ps":
                await TasksCommand.RunAsync(rest, shell, cancellationToken);
                break;
            case "rm" or "remove" or "down":
                await RemoveCommand.RunAsync(rest, shell, cancellationToken);
                break;
            case "services":
                await ServicesCommand.RunAsync(rest, shell, cancellationToken);
                break;
            case "" or "help" or "-h" or "--help":
                shell.Line(Usage);
                break;
            default:
                throw new StackCommandException($"unknown command: swarm stack {arguments[0]}\n\n{Usage}");
        }
    }
}
