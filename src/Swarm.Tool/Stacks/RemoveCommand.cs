using Swarm.Compose;

namespace Swarm.Tool.Stacks;

/// <summary><c>swarm stack rm</c>: removes the objects of stacks.</summary>
internal static class RemoveCommand
{
    private static readonly HashSet<string> EndedStates =
        ["complete", "shutdown", "failed", "rejected", "remove", "orphaned"];
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync(string[] arguments, StackShell shell, CancellationToken cancellationToken)
    {
        var flags = new FlagSet().Add("detach", "d", isSwitch: true).Parse(arguments);
        if (flags.Arguments.Count == 0)
        {
            throw new StackCommandException("\"swarm stack rm\" requires at least 1 argument");
        }

        if (flags.Arguments.Find(name => !StackName.IsValid(name)) is { } invalid)
        {
            throw new StackCommandException(StackName.Complaint(invalid));
        }

        using var client = shell.OpenClient();
        var failures = new List<string>();
        foreach (var name in flags.Arguments)
        {
            if (!await RemoveAsync(name, client, shell, cancellationToken))
            {
                failures.Add($"failed to remove some resources from stack: {name}");
            }
            else if (!flags.IsOn("detach", otherwise: true))
            {
                await WaitAsync(name, client, shell.Time, cancellationToken);
            }
        }

        if (failures.Count > 0)
        {
            throw new StackCommandException(string.Join('\n', failures));
        }
    }

    private static async Task<bool> RemoveAsync(
        string name, DockerClient client, StackShell shell, CancellationToken cancellationToken)
    {
        var objects = new StackObjects(client, name);
        var services = await objects.ServicesAsync(cancellationToken);
        var networks = await objects.NetworksAsync(cancellationToken);
        var secrets = await objects.SecretsAsync(cancellationToken);
        var configs = await objects.ConfigsAsync(cancellationToken);
        if (services.Count + networks.Count + secrets.Count + configs.Count == 0)
        {
            shell.Notice($"Nothing found in stack: {name}");
            return true;
        }

        var removal = new StackRemoval(client, shell);
        var isClean = await removal.RemoveServicesAsync(services, cancellationToken);
        isClean &= await removal.RemoveFileObjectsAsync("secret", secrets, cancellationToken);
        isClean &= await removal.RemoveFileObjectsAsync("config", configs, cancellationToken);
        isClean &= await removal.RemoveNetworksAsync(networks, cancellationToken);
        return isClean;
    }

    private static async Task WaitAsync(
        string name, DockerClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        var objects = new StackObjects(client, name);
        while ((await objects.TasksAsync(cancellationToken)).Exists(task =>
            !EndedStates.Contains(task.TextAt("Status", "State"))))
        {
            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }
}
