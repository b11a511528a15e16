using System.Collections.Concurrent;

namespace Swarm.Execution.Processes;

/// <summary>The containers of a node.</summary>
internal sealed class ContainerRegistry
{
    private readonly ConcurrentDictionary<string, ProcessContainer> _containers = new(StringComparer.Ordinal);

    internal IReadOnlyList<ProcessContainer> All =>
        [.. _containers.Values.OrderByDescending(container => container.CreatedAt)];

    internal void Add(ProcessContainer container) => _containers[container.Id] = container;

    internal void Remove(ProcessContainer container) => _containers.TryRemove(container.Id, out _);

    /// <summary>The container of a task; null when there is none.</summary>
    internal ProcessContainer? Find(TaskId task) =>
        _containers.Values.FirstOrDefault(container => container.Task.Id == task && container.HasStarted);

    /// <summary>The container with a full id.</summary>
    /// <exception cref="SwarmException">There is none.</exception>
    internal ProcessContainer Get(string id) => _containers.TryGetValue(id, out var container)
        ? container
        : throw SwarmException.NotFound($"No such container: {id}");
}
