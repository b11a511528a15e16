namespace Swarm.Execution;

/// <summary>A task's container or process as <c>docker inspect</c> shows it.</summary>
public sealed record ContainerInfo
{
    /// <summary>Id: 64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Name: <c>service.slot.taskId</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The task it belongs to.</summary>
    public required SwarmTask Task { get; init; }

    /// <summary>Image reference.</summary>
    public string Image { get; init; } = "";

    /// <summary>Executable and arguments as started.</summary>
    public ValueList<string> CommandLine { get; init; }

    /// <summary>Environment as started; values of secrets are never in it.</summary>
    public ValueList<EnvironmentVariable> Environment { get; init; }

    /// <summary>Working directory.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Host name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Labels, the <c>com.docker.swarm.*</c> ones included.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Where it stands.</summary>
    public ContainerState State { get; init; }

    /// <summary>Process id; 0 when it does not run.</summary>
    public int Pid { get; init; }

    /// <summary>Exit code; 0 while it runs.</summary>
    public int ExitCode { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was started; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Health; null without a health check.</summary>
    public ContainerHealth? Health { get; init; }

    /// <summary>Ports it listens on: target port, and the port of the node as published port.</summary>
    public ValueList<PortPublication> Ports { get; init; }
}

/// <summary>Where a container stands.</summary>
public enum ContainerState
{
    /// <summary>Made, not started.</summary>
    Created = 0,

    /// <summary>Runs.</summary>
    Running = 1,

    /// <summary>Ended.</summary>
    Exited = 2,
}

/// <summary>Health of a container.</summary>
/// <param name="Status"><c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="FailingStreak">Failures in a row.</param>
/// <param name="Log">The last results, at most five, oldest first.</param>
public sealed record ContainerHealth(string Status, int FailingStreak, ValueList<HealthResult> Log);

/// <summary>Result of one health check.</summary>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended.</param>
/// <param name="ExitCode">Exit code of the command; -1 when it timed out.</param>
/// <param name="Output">What it printed, at most 4,096 bytes.</param>
public sealed record HealthResult(DateTimeOffset Start, DateTimeOffset End, int ExitCode, string Output);

/// <summary>A process of a container.</summary>
/// <param name="User">User that runs it.</param>
/// <param name="Pid">Process id.</param>
/// <param name="ParentPid">Process id of its parent.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="CpuTime">Processor time used.</param>
/// <param name="CommandLine">Command line.</param>
public sealed record ContainerProcess(
    string User,
    int Pid,
    int ParentPid,
    DateTimeOffset StartedAt,
    TimeSpan CpuTime,
    string CommandLine);
