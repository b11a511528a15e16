using Swarm.Orchestration.Jobs;
using Swarm.Orchestration.Rebalance;
using Swarm.Orchestration.Restart;
using Swarm.Orchestration.Rollout;

namespace Swarm.Orchestration;

/// <summary>Everything the leader remembers between two steps; a new leader recovers it from the store.</summary>
internal sealed class OrchestratorState
{
    public RestartState Restarts { get; } = new();

    public RebalanceState Rebalance { get; } = new();

    public Disconnects Disconnects { get; } = new();

    /// <summary>Replicated jobs with the slots of their current run.</summary>
    public Dictionary<ServiceId, JobBook> Jobs { get; } = [];

    public Dictionary<ServiceId, RolloutRun> Rollouts { get; } = [];

    public WakeQueue<ServiceId> RolloutWakes { get; } = new();

    /// <summary>Services that every change of a node concerns.</summary>
    public HashSet<ServiceId> GlobalServices { get; } = [];

    public PendingWork Pending { get; set; } = new();

    /// <summary>When to act although nothing changes.</summary>
    public DateTimeOffset? NextWake =>
        Earliest(Restarts.Starts.Next, RolloutWakes.Next, Disconnects.Next, Rebalance.Wakes.Next);

    public void Forget(ServiceId service)
    {
        Restarts.History.Forget(service);
        Restarts.Backoff.Forget(service);
        Jobs.Remove(service);
        Rebalance.Forget(service);
        GlobalServices.Remove(service);
        EndRollout(service);
    }

    public void EndRollout(ServiceId service)
    {
        Rollouts.Remove(service);
        RolloutWakes.Remove(service);
    }

    private static DateTimeOffset? Earliest(params ReadOnlySpan<DateTimeOffset?> times)
    {
        DateTimeOffset? earliest = null;
        foreach (var time in times)
        {
            earliest = earliest is null || time < earliest ? time : earliest;
        }

        return earliest;
    }
}
