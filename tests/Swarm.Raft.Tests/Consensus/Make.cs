using System.Text;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Makes cores and messages of tests.</summary>
internal static class Make
{
    public static readonly RaftCoreOptions Plain = new()
    {
        Id = 1,
        PreVote = false,
        CheckQuorum = false,
        ElectionTicks = 10,
        HeartbeatTicks = 1,
    };

    public static RaftCore Core(ulong id, MemoryRaftLog log, HardState state, IReadOnlyList<Entry> entries)
    {
        log.Append([.. entries]);
        return new RaftCore(Plain with { Id = id }, log, state, new Random(1));
    }

    /// <summary>A snapshot at index 10, term 1, with these voters.</summary>
    public static Snapshot Base(params ulong[] voters) => At(10, 1, voters);

    public static Snapshot At(ulong index, ulong term, params ulong[] voters) => new()
    {
        Metadata = new SnapshotMetadata
        {
            Index = index,
            Term = term,
            ConfState = new ConfState { Voters = MemberSet.Create(voters) },
        },
    };

    /// <summary>Entries behind index 10 with these terms and payloads.</summary>
    public static Entry[] Entries(params (ulong Term, string Text)[] items) => After(10, items);

    public static Entry[] After(ulong index, params (ulong Term, string Text)[] items) =>
        [.. items.Select((item, position) => new Entry(
            item.Term, index + (ulong)position + 1, EntryType.Normal, Encoding.UTF8.GetBytes(item.Text)))];

    public static Message Append(
        ulong from, ulong to, ulong term, ulong index, ulong logTerm, ulong commit, params (ulong Term, string Text)[] items) =>
        new()
        {
            Type = MessageType.App,
            From = from,
            To = to,
            Term = term,
            Index = index,
            LogTerm = logTerm,
            Commit = commit,
            Entries = After(index, items),
        };
}
