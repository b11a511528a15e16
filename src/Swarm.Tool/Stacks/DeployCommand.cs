using Swarm.Compose;
using Swarm.Compose.Conversion;
using Swarm.Compose.Loading;

namespace Swarm.Tool.Stacks;

/// <summary><c>swarm stack deploy</c>: makes a swarm run what files say.</summary>
internal static class DeployCommand
{
    public static async Task RunAsync(string[] arguments, StackShell shell, CancellationToken cancellationToken)
    {
        var flags = new FlagSet()
            .Add("compose-file", "c")
            .Add("with-registry-auth", isSwitch: true)
            .Add("prune", isSwitch: true)
            .Add("resolve-image")
            .Add("detach", "d", isSwitch: true)
            .Add("quiet", "q", isSwitch: true)
            .Parse(arguments);
        if (flags.Arguments is not [var name])
        {
            throw new StackCommandException("\"swarm stack deploy\" requires exactly 1 argument");
        }

        if (!StackName.IsValid(name))
        {
            throw new StackCommandException(StackName.Complaint(name));
        }

        var stack = Load(CommaSeparated.Split(flags.Values("compose-file")), shell);
        var resolve = flags.Value("resolve-image") ?? "always";
        if (resolve is not ("always" or "changed" or "never"))
        {
            throw new StackCommandException($"Invalid option {resolve} for flag --resolve-image");
        }

        if (!flags.IsGiven("detach"))
        {
            shell.Notice(
                "Since --detach=false was not specified, tasks will be created in the background.\n"
                + "In a future release, --detach=false will become the default.");
        }

        using var client = shell.OpenClient();
        var converter = new StackConverter(stack.Model, new(name), new DiskFiles(), StackLimits.Default);
        var credentials = flags.IsOn("with-registry-auth") ? RegistryCredentials.Load(shell.Environment) : null;
        var services = await new StackDeployment(client, shell, converter, resolve, credentials)
            .RunAsync(flags.IsOn("prune"), cancellationToken);
        if (!flags.IsOn("detach", otherwise: true))
        {
            await WaitAsync(client, shell, services, flags.IsOn("quiet"), cancellationToken);
        }
    }

    /// <summary>Reads stack files; what is ignored is told.</summary>
    public static LoadedStack Load(List<string> paths, StackShell shell)
    {
        LoadedStack stack;
        try
        {
            stack = ComposeFiles.Load(paths, shell);
        }
        catch (StackFileException exception) when (ServiceKeys.IsForbiddenKeys(exception))
        {
            var keys = exception.Diagnostics.Select(diagnostic => diagnostic.Message).Distinct(StringComparer.Ordinal);
            throw new StackCommandException(
                $"Compose file contains unsupported options:\n\n{string.Join("\n\n", keys.Order(StringComparer.Ordinal))}\n");
        }

        var unsupported = new SortedSet<string>(
            stack.Roots.SelectMany(ServiceKeys.FindUnsupported).Select(entry => entry.Key), StringComparer.Ordinal);
        if (unsupported.Count > 0)
        {
            shell.Notice($"Ignoring unsupported options: {string.Join(", ", unsupported)}\n");
        }

        var deprecated = new SortedSet<string>(
            stack.Roots.SelectMany(ServiceKeys.FindDeprecated).Select(entry => $"{entry.Key}: {entry.Text}"),
            StringComparer.Ordinal);
        if (deprecated.Count > 0)
        {
            shell.Notice($"Ignoring deprecated options:\n\n{string.Join("\n\n", deprecated)}\n");
        }

        ImageCheck.Check(stack.Model);
        return stack;
    }

    private static async Task WaitAsync(
        DockerClient client, StackShell shell, List<string> services, bool isQuiet, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var service in services)
        {
            if (await new ServiceWait(client, service, isQuiet ? _ => { }
            : shell.Line, shell.Time)
                .RunAsync(cancellationToken) is { } failure)
            {
                failures.Add($"{service}: {failure}");
            }
        }

        if (failures.Count > 0)
        {
            throw new StackCommandException(string.Join('\n', failures));
        }
    }
}
