namespace Swarm;

/// <summary>What is known of a task.</summary>
public sealed record SwarmTaskStatus
{
    /// <summary>State <see cref="TaskState.New"/> without a timestamp.</summary>
    public static SwarmTaskStatus New { get; } = new();

    /// <summary>When the state was entered, by the clock of whoever reported it.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>The observed state.</summary>
    public TaskState State { get; init; }

    /// <summary>What happened, in SwarmKit's words, such as <c>started</c>.</summary>
    public string Message { get; init; } = "";

    /// <summary>Why the task is not where it should be; empty when it is.</summary>
    public string Error { get; init; } = "";

    /// <summary>The container or process; null until there is one.</summary>
    public ContainerStatus? Container { get; init; }

    /// <summary>
    /// Ports of the node at which the task is reached, with the node's numbers as published ports: host-mode ports as
    /// they were opened, and for ingress mode the place that the routing mesh leads to, where the executor tells one.
    /// </summary>
    public ValueList<PortPublication> Ports { get; init; }

    /// <summary>The manager that wrote this status; empty when it was not reported by an agent.</summary>
    public NodeId AppliedBy { get; init; }

    /// <summary>When that manager wrote it.</summary>
    public DateTimeOffset? AppliedAt { get; init; }
}
