namespace Swarm.Execution.Processes;

/// <summary>Turns a command beside a task into a request to start it.</summary>
internal static class ExecPlanner
{
    private const string DefaultTerminal = "xterm";

    /// <summary>The request.</summary>
    /// <param name="spec">The command.</param>
    /// <param name="task">How the task was started.</param>
    /// <exception cref="SwarmException">It asks for what cannot be had; the message says what.</exception>
    /// <exception cref="LaunchException">There is no such program.</exception>
    internal static LaunchRequest Plan(ExecSpec spec, LaunchRequest task)
    {
        Check(spec);
        var user = spec.User.Length > 0 ? FindUser(spec.User) : task.User;
        var environment = BuildEnvironment(spec, task, spec.User.Length > 0 ? user : null);
        var directory = spec.WorkingDirectory.Length > 0 ? spec.WorkingDirectory : task.WorkingDirectory;
        var path = environment.LastOrDefault(variable => variable.Name == "PATH")?.Value ?? "";
        return task with
        {
            Executable = ExecutablePath.Resolve(spec.CommandLine[0], path, directory),
            Arguments = spec.CommandLine,
            Environment = environment,
            WorkingDirectory = directory,
            User = user is { IsCurrent: true } ? null : user,
            NoNewPrivileges = task.NoNewPrivileges && !spec.Privileged,
            Capabilities = spec.Privileged ? "" : task.Capabilities,
            HasInput = spec.HasInput,
            Terminal = spec.Terminal,
            OutputDirectory = null,
            LeavesDescendants = true,
        };
    }

    private static void Check(ExecSpec spec)
    {
        if (spec.CommandLine.IsEmpty)
        {
            throw SwarmException.InvalidArgument("No exec command specified");
        }

        if (spec.CommandLine.Any(word => word.Contains('\0', StringComparison.Ordinal)))
        {
            throw SwarmException.InvalidArgument("the command contains a NUL character");
        }

        if (spec.WorkingDirectory.Length > 0 && !Path.IsPathRooted(spec.WorkingDirectory))
        {
            throw SwarmException.InvalidArgument(
                $"the working directory '{spec.WorkingDirectory}' is invalid, it needs to be an absolute path");
        }

        if (spec.WorkingDirectory.Length > 0 && !Directory.Exists(spec.WorkingDirectory))
        {
            throw SwarmException.InvalidArgument(
                $"the working directory '{spec.WorkingDirectory}' does not exist on this node");
        }
    }

    private static UserAccount FindUser(string user)
    {
        try
        {
            return LaunchPlanner.FindUser(user, []);
        }
        catch (TaskRejectedException exception)
        {
            throw new SwarmException(SwarmErrorCode.InvalidArgument, exception.Message, exception);
        }
    }

    private static ValueList<EnvironmentVariable> BuildEnvironment(
        ExecSpec spec, LaunchRequest task, UserAccount? otherUser)
    {
        var environment = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        if (spec.Terminal is not null)
        {
            environment["TERM"] = DefaultTerminal;
        }

        foreach (var (name, value) in task.Environment
            .Concat(otherUser is null ? [] : [new("HOME", otherUser.Home)])
            .Concat(spec.Environment)
            .Concat(task.Environment.Where(variable => variable.Name == LaunchPlan.MarkerName)))
        {
            if (name.Length == 0 || $"{name}{value}".Contains('\0', StringComparison.Ordinal))
            {
                throw SwarmException.InvalidArgument($"invalid environment variable: {name}={value}");
            }

            if (value is null)
            {
                environment.Remove(name);
            }
            else
            {
                environment[name] = value;
            }
        }

        return environment.Select(entry => new EnvironmentVariable(entry.Key, entry.Value)).ToValueList();
    }
}
