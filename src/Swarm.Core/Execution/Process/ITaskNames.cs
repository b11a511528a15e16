namespace Swarm.Execution.Processes;

/// <summary>
/// What the node does so that its tasks find others by name. Whoever joins the node to a mesh has it; without, tasks
/// know the names of the machine.
/// </summary>
internal interface ITaskNames
{
    /// <summary>Opens what a task needs to find others; a task that is known keeps what it has.</summary>
    /// <param name="task">The task, with its networks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the task is to be told; never fails for want of names.</returns>
    ValueTask<TaskNames> EnterAsync(SwarmTask task, CancellationToken cancellationToken);

    /// <summary>Closes what was opened for a task that has ended.</summary>
    void Leave(TaskId task);
}

/// <summary>What a task is told so that it finds others.</summary>
/// <param name="Environment">Variables; what the spec says itself wins.</param>
/// <param name="ResolverFile">What stands in its <c>/etc/resolv.conf</c>; empty where the machine's is as good.</param>
internal sealed record TaskNames(ValueList<EnvironmentVariable> Environment, string ResolverFile)
{
    public static TaskNames None { get; } = new(default(ValueList<EnvironmentVariable>), "");
}
