using Swarm.Orchestration.Restart;
using Swarm.Orchestration.Rollout;

namespace Swarm.Orchestration;

/// <summary>Everything the leader remembers between two steps; a new leader recovers it from the store.</summary>
internal sealed class OrchestratorState
{
    public RestartState Restarts { get; } = new();

    public Dictionary<ServiceId, RolloutRun> Rollouts { get; } = [];

    public WakeQueue<ServiceId> RolloutWakes { get; } = new();

    /// <summary>Services that every change of a node concerns.</summary>
    public HashSet<ServiceId> GlobalServices { get; } = [];

    public PendingWork Pending { get; set; } = new();

    /// <summary>When to act although nothing changes.</summary>
    public DateTimeOffset? NextWake => Restarts.Starts.Next is { } start && !(RolloutWakes.Next < start)
        ? start
        : RolloutWakes.Next;

    public void Forget(ServiceId service)
    {
        Restarts.History.Forget(service);
        GlobalServices.Remove(service);
        EndRollout(service);
    }

    public void EndRollout(ServiceId service)
    {
        Rollouts.Remove(service);
        RolloutWakes.Remove(service);
    }
}
