namespace Swarm.Execution.Processes;

/// <summary>How a task is to be run on this node.</summary>
internal sealed record LaunchPlan
{
    /// <summary>The variable that marks every process of a task.</summary>
    internal const string MarkerName = "SWARM_TASK_ID";

    public required string Image { get; init; }

    public required ValueList<string> CommandLine { get; init; }

    /// <summary>The environment without the ports, which are known at the start only.</summary>
    public required ValueList<EnvironmentVariable> Environment { get; init; }

    /// <summary>Absolute path; empty means the task's own directory.</summary>
    public required string WorkingDirectory { get; init; }

    public required string Hostname { get; init; }

    public required ValueDictionary<string> Labels { get; init; }

    /// <summary>Who it runs as; null means as this process does.</summary>
    public UserAccount? User { get; init; }

    public bool NoNewPrivileges { get; init; }

    public ValueList<Ulimit> Ulimits { get; init; }

    /// <summary>Its capabilities, as setpriv takes them; empty means those of this process.</summary>
    public string Capabilities { get; init; } = "";

    /// <summary>What the kernel adds to its score when memory runs out; 0 leaves the score alone.</summary>
    public int OomScore { get; init; }

    public required int StopSignal { get; init; }

    public required TimeSpan StopGracePeriod { get; init; }

    /// <summary>What it sees at other paths.</summary>
    public ValueList<BindMount> Mounts { get; init; }

    /// <summary>Paths that it may only read; they become mounts.</summary>
    public ValueList<string> ReadOnlyPaths { get; init; }

    /// <summary>Lines for its <c>/etc/hosts</c>, which becomes a mount.</summary>
    public ValueList<string> Hosts { get; init; }

    /// <summary>Path of the network namespace that it runs in; empty for the node's.</summary>
    public string NetworkNamespace { get; init; } = "";

    /// <summary>The health check; null when there is none.</summary>
    public HealthCheck? HealthCheck { get; init; }

    /// <summary>The plan of a task that finds its secrets and configs in a directory.</summary>
    internal LaunchPlan WithFiles(string directory, TaskFileSet files, ValueList<BindMount> mounts)
    {
        var environment = Environment;
        if (!files.Secrets.IsEmpty)
        {
            environment = Complete(environment, "SWARM_SECRETS_DIR", TaskFileStore.SecretsIn(directory));
        }

        if (!files.Configs.IsEmpty)
        {
            environment = Complete(environment, "SWARM_CONFIGS_DIR", TaskFileStore.ConfigsIn(directory));
        }

        return this with { Environment = environment, Mounts = Mounts.Concat(mounts).ToValueList() };
    }

    /// <summary>The plan of a task that is told something more.</summary>
    internal LaunchPlan WithVariables(ValueList<EnvironmentVariable> more) => this with
    {
        Environment = more.Aggregate(Environment, (all, next) => Complete(all, next.Name, next.Value ?? "")),
    };

    internal string? Variable(string name) => Environment.LastOrDefault(variable => variable.Name == name)?.Value;

    /// <summary>
    /// The environment with the ports: <c>PORT</c> is the first, <c>SWARM_PORT_target</c> each of them. With a network
    /// of its own a task has all numbers to itself, and listens at the targets.
    /// </summary>
    internal ValueList<EnvironmentVariable> EnvironmentWith(ValueList<PortPublication> ports)
    {
        var environment = Environment;
        foreach (var port in ports)
        {
            var number = Text(NetworkNamespace.Length > 0 ? port.TargetPort : port.PublishedPort);
            environment = Complete(environment, "PORT", number);
            environment = Complete(environment, $"SWARM_PORT_{Text(port.TargetPort)}", number);
        }

        return environment;

        static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    // What the spec says itself wins.
    private static ValueList<EnvironmentVariable> Complete(
        ValueList<EnvironmentVariable> environment,
        string name,
        string value) => environment.Any(variable => variable.Name == name)
        ? environment
        : environment.Add(new(name, value));
}
