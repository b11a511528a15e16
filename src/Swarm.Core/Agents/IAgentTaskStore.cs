namespace Swarm.Agents;

/// <summary>
/// Where an agent keeps its tasks, with their latest status, across restarts. Secrets and configs are never kept: they
/// come again with the first assignments.
/// </summary>
internal interface IAgentTaskStore
{
    /// <summary>The tasks as last saved.</summary>
    ValueTask<IReadOnlyList<SwarmTask>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Adds or replaces a task.</summary>
    ValueTask SaveAsync(SwarmTask task, CancellationToken cancellationToken);

    /// <summary>Forgets a task; nothing happens when it is not known.</summary>
    ValueTask RemoveAsync(TaskId id, CancellationToken cancellationToken);
}
