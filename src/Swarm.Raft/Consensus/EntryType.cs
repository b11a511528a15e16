namespace Swarm.Raft.Consensus;

/// <summary>What an entry holds. Numbers are etcd's <c>raftpb.EntryType</c>.</summary>
public enum EntryType
{
    /// <summary>A command of the application, or nothing (the entry a leader begins its term with).</summary>
    Normal = 0,

    /// <summary>A <see cref="Consensus.ConfChange"/>.</summary>
    ConfChange = 1,

    /// <summary>A <see cref="Consensus.ConfChangeV2"/>; no data means "leave the joint configuration".</summary>
    ConfChangeV2 = 2,
}
