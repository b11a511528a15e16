namespace Swarm.Raft.Consensus;

/// <summary>
/// What the core reads of the durable log. Written by the core's host, never by the core; everything that was reported
/// through <see cref="RaftCore.Persisted"/> has to be readable here before that report.
/// </summary>
/// <remarks>
/// Calls come from the thread that drives the core and must not block for long. A failing read throws, which is final
/// for the core: it must never be told as "not there", or a leader would overwrite what its followers hold.
/// </remarks>
public interface IRaftLogReader
{
    /// <summary>The first entry that can be read; one behind the compacted part.</summary>
    ulong FirstIndex { get; }

    /// <summary>The last entry; <c>FirstIndex - 1</c> when there is none.</summary>
    ulong LastIndex { get; }

    /// <summary>
    /// The newest snapshot, with the membership at its index; <see cref="Consensus.Snapshot.None"/> before the first.
    /// </summary>
    /// <remarks>Not older than <c>FirstIndex - 1</c>: what is compacted is in the snapshot.</remarks>
    Snapshot Snapshot { get; }

    /// <summary>The term at an index.</summary>
    /// <param name="index">From <c>FirstIndex - 1</c> to <see cref="LastIndex"/>.</param>
    /// <param name="term">The term.</param>
    /// <returns>False outside of that range.</returns>
    bool TryGetTerm(ulong index, out ulong term);

    /// <summary>Reads entries in order.</summary>
    /// <param name="from">The first one, at least <see cref="FirstIndex"/>.</param>
    /// <param name="end">
    /// One behind the last one, at most <c>LastIndex + 1</c> and above <paramref name="from"/>.
    /// </param>
    /// <param name="maxBytes">How many bytes of entries to read at most, but always one entry.</param>
    /// <returns>A leading part of what was asked for; valid until the log changes.</returns>
    ReadOnlyMemory<Entry> Read(ulong from, ulong end, long maxBytes);
}
