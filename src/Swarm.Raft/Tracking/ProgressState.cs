namespace Swarm.Raft.Tracking;

/// <summary>How a leader feeds a member.</summary>
public enum ProgressState
{
    /// <summary>Where its log ends is a guess: one append at a time.</summary>
    Probe = 0,

    /// <summary>Logs agree: appends are sent ahead of answers, within the window.</summary>
    Replicate = 1,

    /// <summary>It needs a snapshot: nothing else is sent meanwhile.</summary>
    Snapshot = 2,
}
