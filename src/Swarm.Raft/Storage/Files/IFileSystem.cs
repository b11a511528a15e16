namespace Swarm.Raft.Storage.Files;

/// <summary>
/// The part of a file system that the log stands on. Failures are <see cref="IOException"/>; nothing survives a crash
/// but what
/// <see cref="IStorageFile.Sync"/> and <see cref="SyncDirectory"/> have reported to be safe.
/// </summary>
internal interface IFileSystem
{
    /// <summary>Makes a directory, and makes its name safe. No matter if it exists.</summary>
    void CreateDirectory(string path);

    /// <summary>The names of the files in a directory, in ordinal order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Whether there is a file of that name.</summary>
    bool Exists(string path);

    /// <summary>Opens an empty file for reading and writing; one that exists is emptied.</summary>
    IStorageFile Create(string path);

    /// <summary>Opens a file that exists for reading and writing.</summary>
    IStorageFile Open(string path);

    /// <summary>Gives a file another name in one step; a file that has that name goes.</summary>
    void Rename(string from, string to);

    /// <summary>Takes the name away; who has the file open keeps it. No matter if it does not exist.</summary>
    void Delete(string path);

    /// <summary>Makes the names in a directory safe: new ones, changed ones, those taken away.</summary>
    void SyncDirectory(string directory);

    /// <summary>Holds a lock against other processes until disposed of.</summary>
    /// <exception cref="IOException">Somebody else holds it.</exception>
    IDisposable Lock(string path);
}

/// <summary>An open file.</summary>
internal interface IStorageFile : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads what there is at <paramref name="offset"/>, 0 bytes only at the end.</summary>
    int Read(Span<byte> destination, long offset);

    /// <summary>Writes all of <paramref name="source"/>; when it throws, any part of it may have been written.</summary>
    void Write(ReadOnlySpan<byte> source, long offset);

    /// <summary>Cuts the file.</summary>
    void Truncate(long length);

    /// <summary>Makes content and length safe. After a failure nothing is known about anything written since the last one.</summary>
    void Sync();
}
