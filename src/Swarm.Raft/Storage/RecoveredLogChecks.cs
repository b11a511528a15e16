using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Wal;

namespace Swarm.Raft.Storage;

/// <summary>Whether log and snapshot together are all that was promised.</summary>
internal static class RecoveredLogChecks
{
    /// <summary>Checks, and lets the log begin behind the snapshot where it does not know what came before.</summary>
    /// <exception cref="RaftStorageCorruptException">Something is missing.</exception>
    public static void Run(StorageLayout layout, RecoveredLog recovered, SnapshotMetadata snapshot)
    {
        var outline = recovered.Outline;
        if (recovered.Segments.Count == 0)
        {
            throw Damaged(layout.LogDirectory, StorageDamage.MissingSegment, "all segments of the log are missing");
        }

        if (recovered.SnapshotKnown > snapshot.Index)
        {
            throw Damaged(
                layout.SnapshotDirectory, StorageDamage.MissingSnapshot,
                $"the log begins behind snapshot {recovered.SnapshotKnown}, the newest one that exists is {snapshot.Index}");
        }

        if (outline.LastIndex < snapshot.Index)
        {
            throw Damaged(
                layout.LogDirectory, StorageDamage.SnapshotBeyondLog,
                $"the log ends with entry {outline.LastIndex}, and snapshot {snapshot.Index} was taken from it");
        }

        if (outline.FloorIndex > snapshot.Index)
        {
            throw Damaged(
                layout.LogDirectory, StorageDamage.MissingSegment,
                $"the log begins with entry {outline.FirstIndex}, and what comes before is in no snapshot (newest: {snapshot.Index})");
        }

        if (recovered.FloorTermUnknown)
        {
            // One entry that only slow followers could want is given up for a floor whose term is known.
            outline.LearnFloorTerm(snapshot.Term, ifAt: snapshot.Index);
            outline.CompactTo(Math.Min(outline.FirstIndex, snapshot.Index));
        }

        if (snapshot.Index > 0 && outline.Term(snapshot.Index) != snapshot.Term)
        {
            throw Damaged(
                layout.SnapshotDirectory, StorageDamage.ForeignFile,
                $"snapshot {snapshot.Index} has term {snapshot.Term}, the log has term {outline.Term(snapshot.Index)} there");
        }

        if (recovered.HardState.Commit > outline.LastIndex)
        {
            throw Damaged(
                recovered.Segments[^1].Path, StorageDamage.CommitBeyondLog,
                $"the log ends with entry {outline.LastIndex}, and entry {recovered.HardState.Commit} was committed");
        }
    }

    private static RaftStorageCorruptException Damaged(string path, StorageDamage reason, string detail) =>
        new(path, 0, reason, detail);
}
