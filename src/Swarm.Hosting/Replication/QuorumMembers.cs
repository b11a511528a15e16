using System.Collections.Immutable;
using Swarm.Hosting.Wire.Protos;
using Swarm.Raft.Consensus;

namespace Swarm.Hosting.Replication;

/// <summary>
/// The managers that keep the log, by raft id, and the ids that were taken out: the same on all of them, since only
/// entries and snapshots of the log change it. Thread-safe for readers.
/// </summary>
internal sealed class QuorumMembers
{
    private volatile MemberTable _table = MemberTable.Empty;
    private ImmutableSortedDictionary<ulong, RaftMember> _told = MemberTable.Empty.Members;

    /// <summary>Raised by whoever applies the log, after every change.</summary>
    public event EventHandler? Changed;

    /// <summary>The members as they are now, by raft id.</summary>
    public ImmutableSortedDictionary<ulong, RaftMember> All => _table.Members;

    public RaftMember? Find(ulong raftId) => _table.Members.GetValueOrDefault(raftId);

    public RaftMember? OfNode(NodeId node)
    {
        foreach (var member in _table.Members.Values)
        {
            if (member.NodeId == node.Value)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>Whether the id belonged to a member once and does not any more; ids are never given out again.</summary>
    public bool IsRemoved(ulong raftId) => _table.Removed.Contains(raftId);

    /// <summary>What a snapshot keeps.</summary>
    public ClusterSnapshot ToSnapshot()
    {
        var table = _table;
        var snapshot = new ClusterSnapshot();
        snapshot.Members.AddRange(table.Members.Values);
        snapshot.Removed.AddRange(table.Removed);
        return snapshot;
    }

    /// <summary>Takes over what the leader says that has let this one in.</summary>
    public void Admit(IEnumerable<RaftMember> members, IEnumerable<ulong> removed)
    {
        _told = members.ToImmutableSortedDictionary(member => member.RaftId, member => member);
        Replace(new MemberTable(_told, [.. removed]));
    }

    /// <summary>Takes over what a snapshot says.</summary>
    /// <remarks>
    /// The first one may be older than what the leader said when it let this one in: it may lack the leader, or have it
    /// at an address of the past, and nobody could be answered until the entries behind it had come.
    /// </remarks>
    public void Restore(IEnumerable<RaftMember> members, IEnumerable<ulong> removed)
    {
        var gone = removed.ToImmutableSortedSet();
        var known = members.ToImmutableSortedDictionary(member => member.RaftId, member => member);
        Replace(new MemberTable(known.SetItems(_told.Where(told => !gone.Contains(told.Key))), gone));
        _told = MemberTable.Empty.Members;
    }

    /// <summary>Takes over a change that has come into force.</summary>
    public void Apply(ConfChangeV2 change)
    {
        var table = _table;
        foreach (var single in change.Changes.Where(single => single.NodeId != 0))
        {
            table = single.Type == ConfChangeType.RemoveNode
                ? new(table.Members.Remove(single.NodeId), table.Removed.Add(single.NodeId))
                : table with { Members = table.Members.SetItem(single.NodeId, Describe(single.NodeId, change, table)) };
        }

        Replace(table);
    }

    // The context of an addition is the member. One without is known by its id alone.
    private static RaftMember Describe(ulong raftId, ConfChangeV2 change, MemberTable table)
    {
        if (change.Context.IsEmpty)
        {
            return table.Members.GetValueOrDefault(raftId) ?? new() { RaftId = raftId };
        }

        var member = RaftMember.Parser.ParseFrom(change.Context.Span);
        member.RaftId = raftId;
        return member;
    }

    private void Replace(MemberTable table)
    {
        _table = table;
        Changed?.Invoke(this, EventArgs.Empty);
    }

    private sealed record MemberTable(
        ImmutableSortedDictionary<ulong, RaftMember> Members,
        ImmutableSortedSet<ulong> Removed)
    {
        public static MemberTable Empty { get; } =
            new(ImmutableSortedDictionary<ulong, RaftMember>.Empty, []);
    }
}
