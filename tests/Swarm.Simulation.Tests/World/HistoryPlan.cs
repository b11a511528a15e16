using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>What a history is meant to stress.</summary>
internal enum Profile
{
    /// <summary>The consensus over disks that are a model: everything may happen.</summary>
    Core,

    /// <summary>Leases are on, and clocks keep to what they demand.</summary>
    Lease,

    /// <summary>The real log over disks in memory that lose power.</summary>
    Disk,
}

/// <summary>Settings and faults of one history. Times are in thousandths of a nominal tick, chances in thousandths.</summary>
internal sealed record HistoryPlan
{
    public const long Tick = 1000;

    public required Profile Profile { get; init; }

    public required RaftCoreOptions Core { get; init; }

    public int Voters { get; init; }

    public int Learners { get; init; }

    /// <summary>Whether the first members begin with a snapshot of theirs, or with entries that add them.</summary>
    public bool BeginsWithSnapshot { get; init; }

    /// <summary>Events before everything is healed.</summary>
    public int Events { get; init; }

    public int Loss { get; init; }

    public int Repetition { get; init; }

    public int LateMail { get; init; }

    public bool KeepsOrder { get; init; }

    public long MailTime { get; init; }

    public bool ReportsLoss { get; init; }

    public long FlushTime { get; init; }

    public int Stall { get; init; }

    public int Coalescing { get; init; }

    public int SlowApply { get; init; }

    public ulong SnapshotEvery { get; init; }

    public ulong Retained { get; init; }

    public long ClientEvery { get; init; }

    public int Reads { get; init; }

    public long AdminEvery { get; init; }

    public long FaultEvery { get; init; }

    public bool Pauses { get; init; }

    public int ClockSpread { get; init; }

    public int PayloadBytes { get; init; }

    public bool RemovedStop { get; init; }

    public bool DifferentSettings { get; init; }

    public static HistoryPlan Draw(Profile profile, SimRandom random)
    {
        var lease = profile == Profile.Lease;
        var disk = profile == Profile.Disk;
        var election = lease ? 10 : random.Pick(3, 3, 4, 5, 10);
        var guarded = lease || random.Next(4) != 0;
        return new HistoryPlan
        {
            Profile = profile,
            Core = DrawCore(random, election, lease, guarded),
            Voters = lease ? random.Pick(3, 3, 3, 5) : random.Pick(1, 2, 3, 3, 3, 3, 3, 4, 5, 5),
            Learners = random.Pick(0, 0, 0, 1),
            BeginsWithSnapshot = !disk && random.Next(2) == 0,
            Events = random.Next(10) == 0 ? 3000 : random.Next(300, disk ? 900 : 1300),
            Loss = random.Pick(0, 0, 10, 50, 200),
            Repetition = random.Pick(0, 20, 100),
            LateMail = random.Pick(0, 0, 20, 100),
            KeepsOrder = random.Next(3) == 0,
            MailTime = lease ? random.Pick(50, 200, 500) : random.Pick(50, 200, 800),
            ReportsLoss = random.Next(2) == 0,
            FlushTime = random.Pick(20, 200, 1500),
            Stall = random.Pick(0, 0, 5, 30),
            Coalescing = random.Pick(0, 200, 700),
            SlowApply = random.Pick(0, 0, 0, 300),
            SnapshotEvery = random.Pick(3UL, 8UL, 25UL, 10_000UL),
            Retained = random.Pick(0UL, 0UL, 2UL, 10UL),
            ClientEvery = lease ? random.Pick(60, 150, 400) : random.Pick(100, 300, 1000),
            Reads = random.Pick(200, 400, 700),
            AdminEvery = random.Pick(2000, 6000, 20_000, 1_000_000),
            FaultEvery = lease ? random.Pick(3000, 8000) : random.Pick(2000, 5000, 15_000, 1_000_000),
            Pauses = !lease && random.Next(2) == 0,
            ClockSpread = lease ? 30 : random.Pick(0, 100, 500),
            PayloadBytes = random.Pick(0, 0, 60, 400),
            RemovedStop = random.Next(2) == 0,
            DifferentSettings = !guarded && random.Next(3) == 0,
        };
    }

    private static RaftCoreOptions DrawCore(SimRandom random, int election, bool lease, bool guarded) => new()
    {
        Id = 1,
        ElectionTicks = election,
        HeartbeatTicks = election > 4 ? random.Pick(1, 1, 2) : 1,
        PreVote = guarded || random.Next(2) == 0,
        CheckQuorum = guarded || random.Next(2) == 0,
        MaxAppendEntries = random.Pick(1, 2, 5, int.MaxValue, int.MaxValue),
        MaxAppendBytes = random.Pick(1, 200, 1024 * 1024),
        MaxInflightMessages = random.Pick(1, 2, 4, 256, 256),
        MaxInflightBytes = random.Pick(0, 0, 300),
        MaxApplyBytes = random.Pick(1, 100, 16 * 1024 * 1024, 16 * 1024 * 1024),
        MaxUnappliedBytes = random.Pick(1, 500, 64 * 1024 * 1024, 64 * 1024 * 1024),
        MaxPendingReads = random.Pick(1, 4096, 4096),
        SnapshotTicks = election * random.Pick(2, 4, 8),
        StepDownOnRemoval = random.Next(5) != 0,
        AssumeBoundedClockDrift = lease,
    };
}
