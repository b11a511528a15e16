namespace Swarm.Execution.Processes;

/// <summary>
/// What the node does so that its tasks find others by name. Whoever joins the node to a mesh has it; without, tasks
/// know the names of the machine.
/// </summary>
internal interface ITaskNames
{
    /// <summary>
    /// Whether tasks get a network namespace of their own with their addresses in it. Otherwise they share the node's
    /// network, and what is encrypted cannot be.
    /// </summary>
    bool CarriesNetworks { get; }

    /// <summary>Opens what a task needs to find others; a task that is known keeps what it has.</summary>
    /// <param name="task">The task, with its networks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the task is to be told; never fails for want of names.</returns>
    /// <exception cref="TaskRejectedException">The task cannot be on its networks here.</exception>
    /// <exception cref="TransientExecutorException">It is not known yet what the networks are.</exception>
    ValueTask<TaskNames> EnterAsync(SwarmTask task, CancellationToken cancellationToken);

    /// <summary>Leads the node's numbers of a task's ports to where it listens, if that is elsewhere.</summary>
    /// <param name="task">The task, which has entered.</param>
    /// <param name="ports">Its ports, with the node's numbers as published ones.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Completes when they do.</returns>
    ValueTask PublishAsync(TaskId task, ValueList<PortPublication> ports, CancellationToken cancellationToken);

    /// <summary>Closes what was opened for a task that has ended.</summary>
    void Leave(TaskId task);
}

/// <summary>What a task is told so that it finds others.</summary>
/// <param name="Environment">Variables; what the spec says itself wins.</param>
/// <param name="ResolverFile">What stands in its <c>/etc/resolv.conf</c>; empty where the machine's is as good.</param>
internal sealed record TaskNames(ValueList<EnvironmentVariable> Environment, string ResolverFile)
{
    /// <summary>Path of the network namespace that it is to run in; empty for the node's.</summary>
    public string NetworkNamespace { get; init; } = "";

    public static TaskNames None { get; } = new(default(ValueList<EnvironmentVariable>), "");
}
