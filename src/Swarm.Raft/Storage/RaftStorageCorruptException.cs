namespace Swarm.Raft.Storage;

/// <summary>What is wrong with a log on disk.</summary>
public enum StorageDamage
{
    /// <summary>Bytes differ from what was written (a checksum or a length is wrong).</summary>
    Unreadable = 1,

    /// <summary>The checksum is right but the authentication is not: somebody changed the file on purpose.</summary>
    Tampered = 2,

    /// <summary>A record is damaged and it, or a later one, had been acknowledged.</summary>
    AcknowledgedDataDamaged = 3,

    /// <summary>A file of the log is not there.</summary>
    MissingSegment = 4,

    /// <summary>The snapshot that the log begins with is not there.</summary>
    MissingSnapshot = 5,

    /// <summary>The newest snapshot lies beyond the end of the log: the end of the log is lost.</summary>
    SnapshotBeyondLog = 6,

    /// <summary>The log ends before an entry that it knows to be committed.</summary>
    CommitBeyondLog = 7,

    /// <summary>The key that opens the data keys is not the one that closed them: the log is locked.</summary>
    WrongKey = 8,

    /// <summary>A file names a data key that the key file does not hold, or there is no key file.</summary>
    MissingKey = 9,

    /// <summary>A file was written by a newer version.</summary>
    UnknownFormat = 10,

    /// <summary>A file belongs to another log.</summary>
    ForeignFile = 11,

    /// <summary>Records follow each other in an order that nobody writes.</summary>
    OutOfOrder = 12,

    /// <summary>The file that says whose log this is is not there.</summary>
    MissingMetadata = 13,
}

/// <summary>
/// The log on disk does not hold what it had promised to. It is never repaired in silence: a member that forgets
/// entries or votes it acknowledged can make the whole group lose data.
/// </summary>
public sealed class RaftStorageCorruptException : RaftStorageException
{
    internal RaftStorageCorruptException(
        string path, long offset, StorageDamage reason, string detail, Exception? innerException = null)
        : base($"Raft log damaged: '{path}' at offset {offset}: {detail} ({reason}). {RemedyFor(reason)}", innerException) =>
        (Path, Offset, Reason, Remedy) = (path, offset, reason, RemedyFor(reason));

    /// <summary>The file that is damaged, or the directory that lacks one.</summary>
    public string Path { get; }

    /// <summary>Where in the file, in bytes; 0 where the whole file is meant.</summary>
    public long Offset { get; }

    /// <summary>What is wrong.</summary>
    public StorageDamage Reason { get; }

    /// <summary>What to do, as one or two sentences.</summary>
    public string Remedy { get; }

    private static string RemedyFor(StorageDamage reason) => reason switch
    {
        StorageDamage.WrongKey => "Unlock the node with the key that it was locked with; nothing was changed.",
        StorageDamage.MissingKey => "Restore the file 'keys' of this directory from a backup that is as new as the log, "
            + "or remove this member, delete its directory and join it again under a new raft id.",
        StorageDamage.UnknownFormat => "Run the version that wrote it, or a newer one; nothing was changed.",
        StorageDamage.ForeignFile => "Put back the files that belong to this directory; logs cannot be mixed.",
        StorageDamage.MissingSegment or StorageDamage.MissingSnapshot or StorageDamage.MissingMetadata =>
            "Put the missing file back, or remove this member, delete its directory and join it again under a new raft id.",
        _ => "Restore the file from where it was copied, or remove this member from the group, delete its directory and "
            + "join it again under a new raft id; do not start it with a part of its log.",
    };
}
