namespace Swarm.Raft.Consensus;

/// <summary>
/// What a core wants done. One instance per core, filled anew by <see cref="RaftCore.TakeReady"/>: its contents are
/// valid until that is called again.
/// </summary>
/// <remarks>
/// The order is: (1) hand <see cref="Snapshot"/>, <see cref="Entries"/> and <see cref="HardState"/> to the store, as
/// one batch and in this order; (2) send <see cref="Messages"/>, at once, beside the writing; (3) apply <see
/// cref="Committed"/>; (4) once the batch is durable, call <see cref="RaftCore.Persisted"/> with <see cref="Token"/>.
/// Several batches may be under way; the store completes them in order. A message whose promise rests on a batch is
/// held back by the core and appears in a later <see cref="Messages"/>, after that batch was reported: a host cannot
/// send it too early.
/// </remarks>
public sealed class Ready
{
    internal Ready()
    {
    }

    /// <summary>
    /// Names the batch that has to become durable; 0 when nothing has to. Tokens only grow, and reporting one reports
    /// all before it.
    /// </summary>
    public ulong Token { get; internal set; }

    /// <summary>
    /// A snapshot to install in place of the whole log, before <see cref="Entries"/> are appended; null for none. It
    /// counts as durable when its file, and the log that continues from it, would survive a crash, and when the
    /// application was restored from it. Nothing is handed out for applying before that is reported.
    /// </summary>
    public Snapshot? Snapshot { get; internal set; }

    /// <summary>
    /// Entries to append. Where the first one's index is inside the stored log, everything from there on is replaced.
    /// They must be durable before <see cref="Token"/> is reported.
    /// </summary>
    public ReadOnlyMemory<Entry> Entries { get; internal set; }

    /// <summary>
    /// The hard state to save, null when it did not change. A new term or vote must be durable before <see
    /// cref="Token"/> is reported (which is not 0 then); a new commit index alone needs no flush and comes without
    /// token.
    /// </summary>
    public HardState? HardState { get; internal set; }

    /// <summary>
    /// Messages to send now, in order where the transport keeps one. They may be lost, repeated, delayed and reordered.
    /// Their entries may not be durable here: a leader counts its own copy only when they are.
    /// </summary>
    public ReadOnlyMemory<Message> Messages { get; internal set; }

    /// <summary>
    /// Entries to apply, in order, each one once: committed, and durable here, so that a restart never has applied more
    /// than it finds stored. Report with <see cref="RaftCore.Applied"/>.
    /// </summary>
    public ReadOnlyMemory<Entry> Committed { get; internal set; }

    /// <summary>
    /// Memberships that came into force with <see cref="Committed"/> or <see cref="Snapshot"/>. The core already acts
    /// on them; a snapshot of the application at an index carries the last one at or below that index.
    /// </summary>
    public ReadOnlyMemory<MembershipChange> Memberships { get; internal set; }

    /// <summary>
    /// Reads that may run, each as soon as its index is applied here. Reads that are under way when the term or the
    /// leader changes are forgotten: ask again.
    /// </summary>
    public ReadOnlyMemory<ReadState> Reads { get; internal set; }

    /// <summary>
    /// Whether <see cref="Role"/>, <see cref="Leader"/> or <see cref="Term"/> changed since the last output.
    /// </summary>
    public bool RoleChanged { get; internal set; }

    /// <summary>What this member is. Nothing to save.</summary>
    public RaftRole Role { get; internal set; }

    /// <summary>Who leads as far as this member knows; 0 for nobody.</summary>
    public ulong Leader { get; internal set; }

    /// <summary>The term it is in.</summary>
    public ulong Term { get; internal set; }
}
