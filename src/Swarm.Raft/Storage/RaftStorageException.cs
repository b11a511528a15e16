namespace Swarm.Raft.Storage;

/// <summary>The log on disk could not do what was asked. The derived type says what to do about it.</summary>
public abstract class RaftStorageException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">File, cause and next step.</param>
    /// <param name="innerException">What the file system said.</param>
    private protected RaftStorageException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// There is no room on the disk. Nothing of what was appended since the last successful sync is kept or may be
/// acknowledged; the log is intact and takes the same entries once there is room again.
/// </summary>
public sealed class RaftStorageFullException : RaftStorageException
{
    internal RaftStorageFullException(string path, Exception innerException)
        : base(
            $"No space left for the log at '{path}'. Nothing was acknowledged and nothing is damaged; "
            + "free space on that file system and try again, no restart is needed.",
            innerException) => Path = path;

    /// <summary>The file or directory that could not grow.</summary>
    public string Path { get; }
}

/// <summary>
/// A write or flush failed, so it is not known what is on the disk. The log acknowledges nothing more; it must be
/// closed, and opened again once the disk works.
/// </summary>
public sealed class RaftStorageFaultedException : RaftStorageException
{
    internal RaftStorageFaultedException(string path, Exception innerException)
        : base(
            $"The log at '{path}' failed: {innerException.Message} It acknowledges nothing more, since a flush that failed "
            + "must not be tried again. Repair the disk and restart the node; the log is checked when it is opened.",
            innerException) => Path = path;

    /// <summary>The directory of the log.</summary>
    public string Path { get; }
}

/// <summary>Entries were asked for that a snapshot has replaced; read the snapshot instead.</summary>
public sealed class LogCompactedException : RaftStorageException
{
    internal LogCompactedException(ulong index, ulong firstIndex)
        : base($"Entry {index} is compacted, the log begins with {firstIndex}. Read the snapshot instead.", null) =>
        (Index, FirstIndex) = (index, firstIndex);

    /// <summary>The entry that was asked for.</summary>
    public ulong Index { get; }

    /// <summary>The oldest entry that there is.</summary>
    public ulong FirstIndex { get; }
}

/// <summary>Another process, or another part of this one, has the log open.</summary>
public sealed class RaftStorageInUseException : RaftStorageException
{
    internal RaftStorageInUseException(string path, Exception innerException)
        : base($"The log at '{path}' is in use. Stop the other node that uses this directory, or give this one its own.", innerException) =>
        Path = path;

    /// <summary>The directory of the log.</summary>
    public string Path { get; }
}
