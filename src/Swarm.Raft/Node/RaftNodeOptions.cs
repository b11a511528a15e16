using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Raft.Consensus;

namespace Swarm.Raft;

/// <summary>Settings of a <see cref="RaftNode"/>; defaults are SwarmKit's.</summary>
public sealed record RaftNodeOptions
{
    /// <summary>Settings of the consensus; the id is this member's.</summary>
    public required RaftCoreOptions Core { get; init; }

    /// <summary>Time between ticks.</summary>
    /// <value>1 s.</value>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

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
    public required Random Random { get; init; }

    /// <summary>The clock that ticks.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Runs the node: one task at a time.</summary>
    public required TaskScheduler Scheduler { get; init; }

    /// <summary>Runs what blocks on the disk.</summary>
    internal TaskScheduler DiskScheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Where the node reports what operators act on.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
