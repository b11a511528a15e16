using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>What a step works on: one snapshot at one moment.</summary>
internal sealed class Tick(ClusterView view, DateTimeOffset now, IIdGenerator ids)
{
    public ClusterView View { get; } = view;

    public DateTimeOffset Now { get; } = now;

    /// <summary>Status of the tasks made in this step; one object for all of them.</summary>
    public SwarmTaskStatus Created { get; } = new() { Timestamp = now, Message = "created" };

    public TaskId NextTaskId() => new(ids.Next());
}
