namespace Swarm.Dispatch;

/// <summary>Bounds of log streams.</summary>
internal sealed record LogBrokerOptions
{
    /// <summary>Most log streams at a time.</summary>
    public int MaxSubscriptions { get; init; } = 1_000;

    /// <summary>Bundles of lines kept for a reader; when they are full, nodes wait.</summary>
    public int MaxBufferedBundles { get; init; } = 256;

    /// <summary>Time nodes wait for a reader; then it gets an error.</summary>
    public TimeSpan SlowReaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Messages kept for a node that listens; a node that does not take them is cut off.</summary>
    public int MaxBufferedMessages { get; init; } = 4_096;
}
