namespace Swarm.Raft.Consensus;

/// <summary>Settings of a <see cref="RaftCore"/>. Ticks are calls of <see cref="RaftCore.Tick"/>.</summary>
public sealed record RaftCoreOptions
{
    /// <summary>This member's id; not 0, never used by another member before.</summary>
    public required ulong Id { get; init; }

    /// <summary>
    /// Ticks without a leader before an election; the timeout is drawn from [n, 2n-1] each time. Above
    /// <see cref="HeartbeatTicks"/>.
    /// </summary>
    /// <value>The default is 10, SwarmKit's.</value>
    public int ElectionTicks { get; init; } = 10;

    /// <summary>Ticks between heartbeats of a leader.</summary>
    /// <value>The default is 1, SwarmKit's.</value>
    public int HeartbeatTicks { get; init; } = 1;

    /// <summary>
    /// Whether to ask for votes without changing terms first, so that a member that was cut off disturbs nobody.
    /// </summary>
    /// <value>The default is true. Members without it answer such questions and need not ask them.</value>
    public bool PreVote { get; init; } = true;

    /// <summary>
    /// Whether a leader without answers from a majority steps down within an election timeout, and whether members that
    /// hear a leader refuse to elect another one.
    /// </summary>
    /// <value>The default is true.</value>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>Bytes of entries in one append; one entry always fits.</summary>
    /// <value>The default is 1,048,576 (1 MiB). SwarmKit uses 65,535.</value>
    public int MaxAppendBytes { get; init; } = 1024 * 1024;

    /// <summary>Entries in one append.</summary>
    /// <value>The default is no limit.</value>
    public int MaxAppendEntries { get; init; } = int.MaxValue;

    /// <summary>Appends under way to one member.</summary>
    /// <value>The default is 256, SwarmKit's.</value>
    public int MaxInflightMessages { get; init; } = 256;

    /// <summary>Bytes of payload under way to one member; 0 for no limit.</summary>
    /// <value>The default is 16,777,216 (16 MiB).</value>
    public long MaxInflightBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of payload in one entry.</summary>
    /// <value>The default is 2,097,152 (2 MiB), above the 1.5 MiB of a transaction.</value>
    public int MaxEntryBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>
    /// Bytes of entries that a leader takes before they are applied here, 40 per entry besides its payload; one
    /// proposal is always taken.
    /// </summary>
    /// <value>The default is 67,108,864 (64 MiB).</value>
    public long MaxUnappliedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes of entries handed out for applying at once; one entry always is.</summary>
    /// <value>The default is 16,777,216 (16 MiB).</value>
    public long MaxApplyBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Whether a leader that is removed or demoted steps down when that comes into force.</summary>
    /// <value>
    /// The default is true. Otherwise it goes on leading as etcd's members do, without a vote and without taking
    /// proposals, until its host stops it.
    /// </value>
    public bool StepDownOnRemoval { get; init; } = true;

    /// <summary>
    /// Whether a leader answers reads without asking anybody while a majority answered a contact round within the last
    /// <c>ElectionTicks - LeaseMarginTicks</c> ticks. Every member has to have it on, and has to tick at the same pace
    /// within the margin, suspended machines included. Needs <see cref="CheckQuorum"/>.
    /// </summary>
    /// <value>The default is false.</value>
    public bool AssumeBoundedClockDrift { get; init; }

    /// <summary>Ticks by which a lease ends before the others may elect somebody else.</summary>
    /// <value>The default is 2.</value>
    public int LeaseMarginTicks { get; init; } = 2;

    /// <summary>Read requests that wait for a contact round.</summary>
    /// <value>The default is 4096.</value>
    public int MaxPendingReads { get; init; } = 4096;

    /// <summary>Ticks after which a member that did not answer a snapshot is probed again; 0 for never.</summary>
    /// <value>The default is 600.</value>
    public int SnapshotTicks { get; init; } = 600;

    /// <summary>The last entry that the application has applied; it is not handed out again.</summary>
    /// <value>The default is 0: everything behind the stored snapshot is handed out.</value>
    public ulong Applied { get; init; }

    internal static void Validate(RaftCoreOptions options)
    {
        if (options.FindFault() is { } fault)
        {
            throw new ArgumentException($"settings of a raft member: {fault}", nameof(options));
        }
    }

    private string? FindFault() => this switch
    {
        { Id: 0 } => "an Id is not 0",
        { HeartbeatTicks: <= 0 } => "HeartbeatTicks is at least 1",
        { ElectionTicks: > 1_000_000 } => "ElectionTicks is at most 1,000,000",
        _ when ElectionTicks <= HeartbeatTicks => "ElectionTicks exceeds HeartbeatTicks",
        { MaxAppendBytes: <= 0 } or { MaxAppendEntries: <= 0 } => "an append holds something",
        { MaxInflightMessages: <= 0 } or { MaxInflightBytes: < 0 } => "a window lets something through",
        { MaxEntryBytes: <= 0 } or { MaxUnappliedBytes: <= 0 } => "an entry holds something",
        { MaxApplyBytes: <= 0 } => "MaxApplyBytes is at least 1",
        { MaxPendingReads: <= 0 } => "MaxPendingReads is at least 1",
        { SnapshotTicks: < 0 } => "SnapshotTicks is not negative",
        { AssumeBoundedClockDrift: true, CheckQuorum: false } =>
            "AssumeBoundedClockDrift needs CheckQuorum: without it nobody refuses to elect another leader",
        _ when AssumeBoundedClockDrift && (LeaseMarginTicks < 0 || LeaseMarginTicks >= ElectionTicks) =>
            "LeaseMarginTicks is below ElectionTicks",
        _ => null,
    };
}
