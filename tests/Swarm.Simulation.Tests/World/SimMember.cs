using Swarm.Raft;
using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>One member: its core, its disk, and an application that is a list of which it keeps length and hash.</summary>
internal sealed class SimMember(int id, MemberDisk disk)
{
    private RaftCore? _core;

    public int Id { get; } = id;

    public ulong RaftId { get; } = (ulong)id;

    public MemberDisk Disk { get; } = disk;

    public RaftCore Core => _core!;

    public bool Up { get; set; }

    /// <summary>Whether it stays away, because it was told that it is no member any more.</summary>
    public bool Gone { get; set; }

    /// <summary>Which of its lives this is; what belongs to an earlier one is void.</summary>
    public int Boot { get; private set; }

    public long TickTime { get; set; } = HistoryPlan.Tick;

    public long PausedUntil { get; set; }

    public bool WorkPlanned { get; set; }

    /// <summary>Jobs for the disk; the first <see cref="UnderWay"/> are being flushed.</summary>
    public List<DiskJob> Jobs { get; } = [];

    public int UnderWay { get; set; }

    public ulong Applied { get; private set; }

    public ulong AppliedTerm { get; private set; }

    /// <summary>Length of the application's list.</summary>
    public int Count { get; private set; }

    /// <summary>Hash of the application's list.</summary>
    public ulong Hash { get; private set; }

    public ConfState Membership { get; private set; } = ConfState.Empty;

    public ulong LastSnapshot { get; set; }

    /// <summary>The last entry that the core handed out for applying: up to there memberships are in force.</summary>
    public ulong HandedOut { get; set; }

    public Snapshot? Saving { get; set; }

    public List<Entry> ToApply { get; } = [];

    public List<MembershipChange> ToSwitch { get; } = [];

    public bool ApplyPlanned { get; set; }

    public SortedDictionary<ulong, (ulong Term, int Operation)> Own { get; } = [];

    public HashSet<int> AskedReads { get; } = [];

    public List<(ulong Index, int Operation)> Reads { get; } = [];

    /// <summary>What the laws saw last.</summary>
    public SeenState Seen;

    /// <summary>When each member was heard by this leader.</summary>
    public long[] HeardAt { get; } = new long[SimWorld.MaxMembers + 1];

    public long ResumedAt { get; set; }

    public RaftRole Role { get; set; }

    public void Start(RaftCore core)
    {
        _core = core;
        (Up, Gone) = (true, false);
        Boot++;
        WorkPlanned = ApplyPlanned = false;
        UnderWay = 0;
        Saving = null;
        Role = RaftRole.Follower;
        Jobs.Clear();
        ToApply.Clear();
        ToSwitch.Clear();
        Own.Clear();
        AskedReads.Clear();
        Reads.Clear();
    }

    public void Stop()
    {
        Up = false;
        Boot++;
    }

    /// <summary>Replaces the application's state by that of a snapshot.</summary>
    public void Restore(Snapshot snapshot)
    {
        var metadata = snapshot.Metadata;
        (Applied, AppliedTerm, Membership) = (metadata.Index, metadata.Term, metadata.ConfState);
        (Count, Hash) = SnapshotState.Read(snapshot.Data.Span);
        LastSnapshot = metadata.Index;
        ToApply.Clear();
        ToSwitch.Clear();
    }

    /// <summary>Keeps the application's state, as a host does that does not know what it already has.</summary>
    public void RestoreIndexOnly(Snapshot snapshot) => Applied = snapshot.Metadata.Index;

    public void Apply(in Entry entry)
    {
        (Applied, AppliedTerm) = (entry.Index, entry.Term);
        if (entry is { Type: EntryType.Normal, Data.IsEmpty: false })
        {
            Count++;
            Hash = Mixing.Mix(Hash, Mixing.Hash(entry.Data.Span));
        }
    }

    public void Skip(in Entry entry) => (Applied, AppliedTerm) = (entry.Index, entry.Term);

    public void Switch(in MembershipChange change) => Membership = change.State;

    public Snapshot TakeSnapshot() => new()
    {
        Metadata = new SnapshotMetadata { Index = Applied, Term = AppliedTerm, ConfState = Membership },
        Data = SnapshotState.Write(Count, Hash),
    };
}

/// <summary>What was last seen of a member.</summary>
internal record struct SeenState(
    ulong Term, ulong Commit, RaftRole Role, ulong LastIndex, ulong LastTerm, long LeaderSince, ConfState? Membership);

/// <summary>The application's state in the bytes of a snapshot.</summary>
internal static class SnapshotState
{
    public static byte[] Write(int count, ulong hash)
    {
        var data = new byte[12];
        BitConverter.TryWriteBytes(data, count);
        BitConverter.TryWriteBytes(data.AsSpan(4), hash);
        return data;
    }

    public static (int Count, ulong Hash) Read(ReadOnlySpan<byte> data) =>
        data.IsEmpty ? (0, 0) : (BitConverter.ToInt32(data), BitConverter.ToUInt64(data[4..]));
}

/// <summary>Running hashes.</summary>
internal static class Mixing
{
    public static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 29);
    }

    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length + 1;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash, BitConverter.ToUInt64(bytes));
            bytes = bytes[8..];
        }

        foreach (var item in bytes)
        {
            hash = Mix(hash, item);
        }

        return hash;
    }
}
