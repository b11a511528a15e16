namespace Swarm.Raft.Consensus;

/// <summary>What the first members of a group start from.</summary>
public static class RaftBootstrap
{
    /// <summary>
    /// Makes the log of a group that begins: one committed entry of term 1 per member that adds it, as etcd does, so
    /// that members which join later learn all members from the log.
    /// </summary>
    /// <param name="members">
    /// The members with the context of their entries; every one of them has to start from the same.
    /// </param>
    /// <returns>The entries and the hard state to store before the core is made.</returns>
    public static (IReadOnlyList<Entry> Entries, HardState State) Create(
        IReadOnlyList<(ulong Id, ReadOnlyMemory<byte> Context)> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentOutOfRangeException.ThrowIfZero(members.Count, nameof(members));
        var entries = new Entry[members.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var change = new ConfChange
            {
                Type = ConfChangeType.AddNode,
                NodeId = members[i].Id,
                Context = members[i].Context,
            };
            entries[i] = new Entry(1, (ulong)i + 1, EntryType.ConfChange, ConfChangeCodec.Encode(change));
        }

        return (entries, new HardState(1, 0, (ulong)entries.Length));
    }
}
