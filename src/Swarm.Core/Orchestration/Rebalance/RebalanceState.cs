namespace Swarm.Orchestration.Rebalance;

/// <summary>A task on its way to another node: its replacement starts beside it.</summary>
/// <param name="Slot">The slot of both.</param>
/// <param name="Old">The task that makes room.</param>
/// <param name="New">Its replacement.</param>
/// <param name="Target">The node it should come to.</param>
/// <param name="Deadline">When the move is given up.</param>
internal sealed record Move(SlotKey Slot, TaskId Old, TaskId New, NodeId Target, DateTimeOffset Deadline);

/// <summary>What the leader remembers of moves; a new leader ends those under way and looks for itself.</summary>
internal sealed class RebalanceState
{
    /// <summary>Services that ask for it.</summary>
    public HashSet<ServiceId> Services { get; } = [];

    /// <summary>Services of <see cref="Services"/> that were not at rest when their turn came.</summary>
    public HashSet<ServiceId> Unsettled { get; } = [];

    public Dictionary<ServiceId, List<Move>> Moves { get; } = [];

    public WakeQueue<ServiceId> Wakes { get; } = new();

    public void Forget(ServiceId service)
    {
        Services.Remove(service);
        Unsettled.Remove(service);
        Moves.Remove(service);
        Wakes.Remove(service);
    }
}
