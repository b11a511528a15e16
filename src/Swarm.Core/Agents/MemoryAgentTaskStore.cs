using System.Collections.Concurrent;

namespace Swarm.Agents;

/// <summary>Keeps tasks as long as the process lives.</summary>
internal sealed class MemoryAgentTaskStore : IAgentTaskStore
{
    private readonly ConcurrentDictionary<TaskId, SwarmTask> _tasks = new();

    public ValueTask<IReadOnlyList<SwarmTask>> LoadAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<SwarmTask>>(
            [.. _tasks.Values.OrderBy(task => task.Id.Value, StringComparer.Ordinal)]);

    public ValueTask SaveAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        _tasks[task.Id] = task;
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(TaskId id, CancellationToken cancellationToken)
    {
        _tasks.TryRemove(id, out _);
        return ValueTask.CompletedTask;
    }
}
