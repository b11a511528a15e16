namespace Swarm.Storage;

/// <summary>Bounds of the store.</summary>
internal sealed record ClusterStoreOptions
{
    /// <summary>A batch is cut into transactions of about this many changes (SwarmKit's number).</summary>
    public int MaxChangesPerTransaction { get; init; } = 200;

    /// <summary>The same in bytes, as the proposer counts them (SwarmKit's number).</summary>
    public int MaxBytesPerTransaction { get; init; } = 3 * 512 * 1024;

    /// <summary>Changes kept for watches that resume.</summary>
    public int HistoryLimit { get; init; } = 10_000;

    /// <summary>Changes a subscriber may be behind before it is cut off.</summary>
    public int SubscriberLimit { get; init; } = 2_000_000;
}
