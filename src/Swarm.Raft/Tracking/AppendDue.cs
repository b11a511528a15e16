namespace Swarm.Raft.Tracking;

/// <summary>Whether the next output carries an append for a member.</summary>
internal enum AppendDue
{
    /// <summary>It does not.</summary>
    Nothing = 0,

    /// <summary>If there are entries to send.</summary>
    Entries = 1,

    /// <summary>In any case: the commit index is news, or the member is to answer.</summary>
    Always = 2,
}
