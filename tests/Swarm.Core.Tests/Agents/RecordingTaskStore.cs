using Swarm.Agents;

namespace Swarm.Core.Tests.Agents;

/// <summary>Keeps tasks in memory, and every status that was saved.</summary>
internal sealed class RecordingTaskStore : IAgentTaskStore
{
    private readonly MemoryAgentTaskStore _tasks = new();

    public List<SwarmTaskStatus> Statuses { get; } = [];

    public ValueTask<IReadOnlyList<SwarmTask>> LoadAsync(CancellationToken cancellationToken) =>
        _tasks.LoadAsync(cancellationToken);

    public ValueTask SaveAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        Statuses.Add(task.Status);
        return _tasks.SaveAsync(task, cancellationToken);
    }

    public ValueTask RemoveAsync(TaskId id, CancellationToken cancellationToken) =>
        _tasks.RemoveAsync(id, cancellationToken);
}
