namespace Swarm.Net.Balancing;

/// <summary>
/// The back ends of one service in the form its balancer wants. Immutable but for the cursor; readers take whichever
/// table is current and need no lock.
/// </summary>
internal abstract class PickTable
{
    /// <summary>A table without back ends.</summary>
    public static PickTable Empty { get; } = new EmptyTable();

    /// <summary>Chooses for a new connection; allocates nothing.</summary>
    /// <returns>The back end; null when there is none.</returns>
    public abstract BackendSlot? Pick(in FlowKey flow);

    /// <summary>Makes the table of a balancer.</summary>
    /// <param name="kind">The balancer.</param>
    /// <param name="slots">Those that get connections.</param>
    /// <param name="cursor">Where the last table of the service left off.</param>
    public static PickTable Create(BalancerKind kind, BackendSlot[] slots, PickCursor cursor) => slots.Length == 0
        ? Empty
        : kind switch
        {
            BalancerKind.RoundRobin => new SequenceTable(slots, cursor),
            BalancerKind.WeightedRoundRobin => new SequenceTable(SmoothSequence.Of(slots), cursor),
            BalancerKind.LeastConnections => new LeastConnectionsTable(slots, cursor, isWeighted: false),
            BalancerKind.WeightedLeastConnections => new LeastConnectionsTable(slots, cursor, isWeighted: true),
            BalancerKind.SourceHash => new HashTable(slots, byAddress: true),
            BalancerKind.Maglev => new HashTable(slots, byAddress: false),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such balancer"),
        };

    private sealed class EmptyTable : PickTable
    {
        public override BackendSlot? Pick(in FlowKey flow) => null;
    }
}
