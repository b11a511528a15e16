using Microsoft.Extensions.Logging;

namespace Swarm.Raft.Storage;

/// <summary>What the log on disk reports.</summary>
internal static partial class RaftStorageLog
{
    [LoggerMessage(2100, LogLevel.Information, "Raft log {Path} opened: entries {First} to {Last}, term {Term}, commit {Commit}, "
        + "snapshot {Snapshot}, {Segments} segments")]
    public static partial void Opened(
        ILogger logger, string path, ulong first, ulong last, ulong term, ulong commit, ulong snapshot, int segments);

    [LoggerMessage(2101, LogLevel.Warning, "Raft log {Path}: the last write was not finished when the machine stopped; cut at "
        + "offset {Offset}. Nothing of it had been acknowledged")]
    public static partial void TornTail(ILogger logger, string path, long offset);

    [LoggerMessage(2102, LogLevel.Debug, "Raft log: segment {Sequence} begun behind entry {Index}")]
    public static partial void SegmentBegun(ILogger logger, ulong sequence, ulong index);

    [LoggerMessage(2103, LogLevel.Information, "Raft log: compacted to entry {Index}, {Segments} segments deleted")]
    public static partial void Compacted(ILogger logger, ulong index, int segments);

    [LoggerMessage(2104, LogLevel.Warning, "Raft log: no space left at {Path}; entries are refused until there is")]
    public static partial void Full(ILogger logger, string path);

    [LoggerMessage(2105, LogLevel.Error, "Raft log {Path} failed and acknowledges nothing more: {Reason}")]
    public static partial void Faulted(ILogger logger, string path, string reason);

    [LoggerMessage(2106, LogLevel.Information, "Raft log: new data key {Key} from entry {Index} on")]
    public static partial void KeyRotated(ILogger logger, Guid key, ulong index);

    [LoggerMessage(2107, LogLevel.Information, "Raft log: {Count} older data keys are no longer needed and were forgotten")]
    public static partial void KeysRetired(ILogger logger, int count);

    [LoggerMessage(2108, LogLevel.Information, "Raft log: snapshot {Index} of term {Term} saved")]
    public static partial void SnapshotSaved(ILogger logger, ulong index, ulong term);

    [LoggerMessage(2109, LogLevel.Information, "Raft log: snapshot {Index} of term {Term} took the place of the log")]
    public static partial void SnapshotInstalled(ILogger logger, ulong index, ulong term);

    [LoggerMessage(2110, LogLevel.Warning, "Raft log: file {Path} could not be deleted: {Reason}")]
    public static partial void NotDeleted(ILogger logger, string path, string reason);
}
