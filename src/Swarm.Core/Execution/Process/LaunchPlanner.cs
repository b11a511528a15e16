using Swarm.Templating;

namespace Swarm.Execution.Processes;

/// <summary>Turns a task into a <see cref="LaunchPlan"/>, or says why it cannot run here.</summary>
internal static class LaunchPlanner
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const string LabelPrefix = "com.docker.swarm.";

    private static bool IsPrivileged => Libc.EffectiveUserId() == 0;

    /// <summary>The plan of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="dependencies">What it refers to.</param>
    /// <param name="options">Options.</param>
    /// <param name="carriesNetworks">Whether tasks have networks of their own here.</param>
    /// <exception cref="TaskRejectedException">The task cannot run here.</exception>
    internal static LaunchPlan Plan(
        SwarmTask task,
        ITaskDependencies dependencies,
        ProcessExecutorOptions options,
        bool carriesNetworks = false)
    {
        var spec = Expand(task, dependencies);
        var image = FindImage(spec.Image, options);
        var account = FindUser(spec);
        var hostname = spec.Hostname.Length > 0 ? spec.Hostname : options.Hostname;
        ContainerDemands.Check(spec);
        if (!carriesNetworks)
        {
            CheckNetworks(task.Networks);
        }

        CheckMounts(spec.Mounts);
        CheckUlimits(spec.Ulimits);
        return new()
        {
            Image = spec.Image,
            CommandLine = CommandLine(spec, image),
            Environment = BuildEnvironment(task, spec, image, account, hostname),
            WorkingDirectory = CheckWorkingDirectory(First(spec.WorkingDirectory, image.WorkingDirectory)),
            Hostname = hostname,
            Labels = BuildLabels(task, spec, dependencies.NodeId),
            User = account?.IsCurrent is false ? account : null,
            NoNewPrivileges = CheckNoNewPrivileges(spec),
            Ulimits = spec.Ulimits,
            Capabilities = Capabilities.Plan(spec, IsPrivileged, UserAccount.Setpriv is not null),
            OomScore = (int)spec.OomScoreAdjustment,
            ReadOnlyPaths = spec.Mounts
                .Where(mount => mount.ReadOnly)
                .Select(mount => Path.GetFullPath(mount.Target))
                .ToValueList(),
            Hosts = spec.Hosts,
            StopSignal = FindSignal(First(spec.StopSignal, image.StopSignal)),
            StopGracePeriod = spec.StopGracePeriod ?? ContainerSpec.DefaultStopGracePeriod,
            HealthCheck = MergeHealthCheck(spec.HealthCheck, image.HealthCheck),
        };
    }

    private static ContainerSpec Expand(SwarmTask task, ITaskDependencies dependencies)
    {
        var spec = task.Spec.Workload as ContainerSpec
            ?? throw new TaskRejectedException("the process executor runs containers only");
        try
        {
            return TemplateExpander.Expand(
                spec, TemplateContext.ForTask(task, dependencies.NodeId, dependencies.Node));
        }
        catch (SwarmException exception)
        {
            throw new TaskRejectedException(exception.Message, exception);
        }
    }

    private static ProcessImage FindImage(string reference, ProcessExecutorOptions options)
    {
        if (options.Images.TryGet(reference, out var image))
        {
            return image;
        }

        return ProcessImages.IsHost(reference) || options.AnyImage
            ? new()
            : throw new TaskRejectedException($"No such image: {reference}");
    }

    private static ValueList<string> CommandLine(ContainerSpec spec, ProcessImage image)
    {
        IEnumerable<string> program = !spec.Command.IsEmpty || image.Executable.Length == 0
            ? spec.Command
            : [image.Executable, .. image.Arguments];
        var commandLine = program.Concat(spec.Args).ToValueList();
        return commandLine.IsEmpty ? throw new TaskRejectedException("no command specified")
            : commandLine.Any(word => word.Contains('\0', StringComparison.Ordinal))
                ? throw new TaskRejectedException("the command contains a NUL character")
            : commandLine;
    }

    private static ValueList<EnvironmentVariable> BuildEnvironment(
        SwarmTask task,
        ContainerSpec spec,
        ProcessImage image,
        UserAccount? account,
        string hostname)
    {
        EnvironmentVariable[] basis =
        [
            new("PATH", Inherited("PATH", DefaultPath)),
            new("HOME", account?.Home ?? Inherited("HOME", "/")),
            new("LANG", Inherited("LANG", "C.UTF-8")),
            new("HOSTNAME", hostname),
        ];
        var environment = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in basis
            .Concat(image.Environment)
            .Concat(spec.Environment)
            .Concat(ResourceVariables.Of(task)))
        {
            if (name.Length == 0 || $"{name}{value}".Contains('\0', StringComparison.Ordinal))
            {
                throw new TaskRejectedException($"invalid environment variable: {name}={value}");
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

        environment[LaunchPlan.MarkerName] = task.Id.ToString();
        return environment.Select(entry => new EnvironmentVariable(entry.Key, entry.Value)).ToValueList();
    }

    private static string Inherited(string name, string fallback) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : fallback;

    private static UserAccount? FindUser(ContainerSpec spec) => spec.User.Length == 0 && spec.Groups.IsEmpty
        ? null
        : FindUser(spec.User, spec.Groups);

    /// <summary>Who a user is, if this process can run something as that user.</summary>
    /// <exception cref="TaskRejectedException">There is no such user, or it cannot.</exception>
    internal static UserAccount FindUser(string user, ValueList<string> groups)
    {
        var account = UserAccount.Find(user.Length > 0 ? user : "0", groups);
        if (account.IsCurrent || (Libc.EffectiveUserId() == 0 && UserAccount.Setpriv is not null))
        {
            return account;
        }

        throw new TaskRejectedException(
            Libc.EffectiveUserId() == 0
                ? $"cannot run as user {user}: setpriv is not installed on this node"
                : $"cannot run as user {user}: this node's executor is not privileged");
    }

    private static string CheckWorkingDirectory(string directory)
    {
        if (directory.Length == 0)
        {
            return "";
        }

        return !Path.IsPathRooted(directory)
            ? throw new TaskRejectedException(
                $"the working directory '{directory}' is invalid, it needs to be an absolute path")
            : Directory.Exists(directory) ? directory
            : throw new TaskRejectedException($"the working directory '{directory}' does not exist on this node");
    }

    // Processes on the node's network talk in the clear, and nobody who asked for encryption wants that.
    private static void CheckNetworks(ValueList<NetworkAttachment> networks)
    {
        var wanted = networks
            .Select(item => item.Network.Spec)
            .FirstOrDefault(network => network.Driver?.Options.ContainsKey("encrypted") is true);
        if (wanted is not null)
        {
            throw new TaskRejectedException(
                $"network {wanted.Name} is encrypted, and this node cannot encrypt what processes send");
        }
    }

    // Tasks see the node's files as they are. A mount that would have to show something else must not be left out
    // silently: the task would write to the wrong place.
    private static void CheckMounts(ValueList<Mount> mounts)
    {
        foreach (var mount in mounts)
        {
            if (!Path.IsPathRooted(mount.Target))
            {
                throw new TaskRejectedException($"invalid mount target, must be an absolute path: {mount.Target}");
            }

            if (mount.Type != MountType.Bind || Path.GetFullPath(mount.Source) != Path.GetFullPath(mount.Target))
            {
                throw new TaskRejectedException(
                    $"invalid mount config for type \"{mount.Type.ToString().ToLowerInvariant()}\": "
                    + $"a process cannot have {mount.Target} mounted; "
                    + "only bind mounts with equal source and target work");
            }

            if (!Path.Exists(mount.Source))
            {
                throw new TaskRejectedException(
                    $"invalid mount config for type \"bind\": bind source path does not exist: {mount.Source}");
            }
        }
    }

    private static void CheckUlimits(ValueList<Ulimit> limits)
    {
        if (limits.FirstOrDefault(limit => !ResourceLimitNames.IsKnown(limit.Name)) is { } unknown)
        {
            throw new TaskRejectedException($"invalid ulimit type: {unknown.Name}");
        }
    }

    // Who has no capabilities drops them by never getting any.
    private static bool CheckNoNewPrivileges(ContainerSpec spec)
    {
        var isWanted = spec.Privileges?.NoNewPrivileges is true || (!IsPrivileged && !spec.CapabilityDrop.IsEmpty);
        return isWanted && UserAccount.Setpriv is null
            ? throw new TaskRejectedException("cannot withhold privileges: setpriv is not installed on this node")
            : isWanted;
    }

    private static int FindSignal(string signal) =>
        Signals.Parse(signal) ?? throw new TaskRejectedException($"invalid signal: {signal}");

    // What the task leaves open is the image's; NONE switches the image's check off.
    private static HealthCheck? MergeHealthCheck(HealthCheck? own, HealthCheck? image)
    {
        var merged = own is null || image is null
            ? own ?? image
            : new HealthCheck
            {
                Test = own.Test.IsEmpty ? image.Test : own.Test,
                Interval = own.Interval == default ? image.Interval : own.Interval,
                Timeout = own.Timeout == default ? image.Timeout : own.Timeout,
                Retries = own.Retries == 0 ? image.Retries : own.Retries,
                StartPeriod = own.StartPeriod == default ? image.StartPeriod : own.StartPeriod,
                StartInterval = own.StartInterval is { Ticks: not 0 } ? own.StartInterval : image.StartInterval,
            };
        return merged is null || merged.Test.IsEmpty || merged.Test[0] == "NONE" ? null : merged;
    }

    private static ValueDictionary<string> BuildLabels(SwarmTask task, ContainerSpec spec, NodeId node) => spec.Labels
        .With($"{LabelPrefix}task", "")
        .With($"{LabelPrefix}task.id", task.Id.ToString())
        .With($"{LabelPrefix}task.name", task.Name)
        .With($"{LabelPrefix}node.id", node.ToString())
        .With($"{LabelPrefix}service.id", task.ServiceId.ToString())
        .With($"{LabelPrefix}service.name", task.ServiceAnnotations.Name);

    private static string First(string own, string image) => own.Length > 0 ? own : image;
}
