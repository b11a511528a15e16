using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Swarm.Raft;

/// <summary>Settings of a <see cref="TcpRaftTransport"/>.</summary>
public sealed record TcpRaftTransportOptions
{
    /// <summary>Names the group: members of another one are refused, at reused addresses for instance.</summary>
    /// <value>Empty; at most 256 characters.</value>
    public string Cluster { get; init; } = "";

    /// <summary>Certificates; null sends everything in plain text to whoever can connect.</summary>
    /// <value>Null: for one machine, and networks that protect it otherwise.</value>
    public RaftTlsOptions? Tls { get; init; }

    /// <summary>
    /// The most bytes of a message. Has to hold an entry of the largest size, and appends of
    /// <see cref="Consensus.RaftCoreOptions.MaxAppendBytes"/>.
    /// </summary>
    /// <value>4 MiB and 64 KiB; 64 KiB to 1 GiB.</value>
    public int MaxFrameBytes { get; init; } = (4 * 1024 * 1024) + (64 * 1024);

    /// <summary>The most bytes that wait to be sent to one member; what comes then is dropped and sent again later.</summary>
    /// <value>32 MiB, twice what may be under way to a member; from <see cref="MaxFrameBytes"/>.</value>
    public int MaxQueueBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes of a snapshot in one frame; the memory that sending one takes, a few times.</summary>
    /// <value>256 KiB; 4 KiB to 4 MiB.</value>
    public int SnapshotChunkBytes { get; init; } = 256 * 1024;

    /// <summary>Incoming connections that are open at once; others are closed at once.</summary>
    /// <value>256.</value>
    public int MaxConnections { get; init; } = 256;

    /// <summary>How long connecting may take, both handshakes included.</summary>
    /// <value>5 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may take nothing of what is sent, before it is given up.</summary>
    /// <value>10 s.</value>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a member may take to make a complete snapshot safe on its disk.</summary>
    /// <value>2 min.</value>
    public TimeSpan SnapshotTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The first pause after a connection failed; it doubles with each failure, up to the longest.</summary>
    /// <value>50 ms.</value>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause. A member that connects by itself ends it.</summary>
    /// <value>2 s.</value>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock of pauses and limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Spreads pauses, so that members do not come all at once.</summary>
    /// <value>A source of its own, seeded by the system.</value>
    public Random Random { get; init; } = new();

    /// <summary>Runs connections.</summary>
    /// <value>Threads of the pool.</value>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Where connections, refusals and failures are noted.</summary>
    /// <value>Nowhere.</value>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    internal TcpRaftTransportOptions Validated()
    {
        Require(Cluster.Length <= 256, nameof(Cluster), "it has at most 256 characters");
        Require(MaxFrameBytes is >= 64 * 1024 and <= 1 << 30, nameof(MaxFrameBytes), "64 KiB to 1 GiB");
        Require(MaxQueueBytes >= MaxFrameBytes, nameof(MaxQueueBytes), "a frame has to fit");
        Require(SnapshotChunkBytes is >= 4096 and <= 4 << 20, nameof(SnapshotChunkBytes), "4 KiB to 4 MiB");
        Require(SnapshotChunkBytes <= MaxFrameBytes, nameof(SnapshotChunkBytes), "a chunk has to fit into a frame");
        Require(MaxConnections > 0, nameof(MaxConnections), "one at least");
        Require(
            ConnectTimeout > TimeSpan.Zero && SendTimeout > TimeSpan.Zero && SnapshotTimeout > TimeSpan.Zero,
            nameof(ConnectTimeout),
            "time limits are above 0");
        Require(
            ReconnectDelay > TimeSpan.Zero && MaxReconnectDelay >= ReconnectDelay,
            nameof(ReconnectDelay),
            "above 0, and not above MaxReconnectDelay");
        return this;
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} of a transport is out of range: {rule}.", name);
        }
    }
}
