using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Raft.Consensus;

namespace Swarm.Raft;

/// <summary>Settings of a <see cref="RaftNode"/>.</summary>
public sealed record RaftNodeOptions
{
    /// <summary>Settings of the consensus; the id is this member's.</summary>
    /// <value>Defaults, and no id: the way of starting that is told the id fills it in.</value>
    public RaftCoreOptions Core { get; init; } = new() { Id = 0 };

    /// <summary>
    /// Time between ticks. A leader is missed after 10 to 19 of them, so it has to exceed what messages and flushes
    /// take several times; all members need the same.
    /// </summary>
    /// <value>100 ms, etcd's: a group is without a leader for 1 to 2 s. SwarmKit ticks once a second.</value>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Entries applied between snapshots; 0 for none.</summary>
    /// <value>10,000.</value>
    public ulong SnapshotInterval { get; init; } = 10_000;

    /// <summary>Entries before a snapshot that are kept for members that are a little behind.</summary>
    /// <value>500.</value>
    public ulong LogEntriesForSlowFollowers { get; init; } = 500;

    /// <summary>Called on the node's scheduler when role, leader or readiness have changed.</summary>
    /// <value>Nobody is told.</value>
    public Action<RaftState>? OnStateChanged { get; init; }

    /// <summary>Called on the node's scheduler when members have come or gone.</summary>
    /// <value>Nobody is told.</value>
    public Action<ConfState>? OnMembershipChanged { get; init; }

    /// <summary>Draws election timeouts.</summary>
    /// <value>A source of its own, seeded by the system.</value>
    public Random Random { get; init; } = new();

    /// <summary>The clock that ticks.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Runs the node: one task at a time.</summary>
    /// <value>One of its own, on threads of the pool.</value>
    public TaskScheduler Scheduler { get; init; } = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    /// <summary>Runs what blocks on the disk.</summary>
    internal TaskScheduler DiskScheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Where the node reports what operators act on.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
