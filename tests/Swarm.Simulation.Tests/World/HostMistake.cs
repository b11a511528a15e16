namespace Swarm.Simulation.Tests;

/// <summary>
/// What the program around a core can get wrong. The simulation makes the mistake on purpose to show that it would be
/// found.
/// </summary>
internal enum HostMistake
{
    None,

    /// <summary>Writes are reported durable before they are flushed.</summary>
    ReportsBeforeFlush,

    /// <summary>A flush says yes and has not happened yet when power fails.</summary>
    FlushLies,

    /// <summary>A restart knows the term and not the vote.</summary>
    ForgetsVote,

    /// <summary>A restart has the log and no hard state.</summary>
    ForgetsHardState,

    /// <summary>A disk is wiped and its member comes back under the same id.</summary>
    WipedMemberReturns,

    /// <summary>Reads are served from the leader's memory without asking anybody.</summary>
    ReadsWithoutContact,

    /// <summary>What a removed member acknowledges counts as if a member had.</summary>
    RemovedMemberCounts,

    /// <summary>A snapshot taken here replaces a newer one that was installed meanwhile.</summary>
    LateSnapshotWins,

    /// <summary>Entries behind an installed snapshot stay.</summary>
    SuffixSurvivesSnapshot,

    /// <summary>A member that cannot apply an entry logs that and goes on.</summary>
    SkipsEntry,

    /// <summary>After a restart entries are applied again on top of a state that has them.</summary>
    AppliesTwice,

    /// <summary>Time stands still while the disk writes.</summary>
    TicksWaitForDisk,

    /// <summary>Nobody looks after a snapshot that was lost on its way.</summary>
    SnapshotLossUnnoticed,

    /// <summary>Leases are on and machines are suspended.</summary>
    LeaseDespitePauses,

    /// <summary>Whoever proposed is told "done" when the entry is appended.</summary>
    AnswersWhenAppended,

    /// <summary>A proposal whose leader was deposed is reported as not appended.</summary>
    UnknownReportedAsFailed,

    /// <summary>Snapshots name the membership of the moment they are sent, not that of their index.</summary>
    SnapshotWithLaterMembership,
}
