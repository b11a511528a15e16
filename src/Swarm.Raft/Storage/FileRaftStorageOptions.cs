using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft;

/// <summary>How a log is kept on disk.</summary>
public sealed class FileRaftStorageOptions
{
    /// <summary>The most snapshots that are kept besides the newest.</summary>
    internal const int MostOldSnapshots = 100;

    /// <summary>A segment is followed by the next one once it has this many bytes.</summary>
    /// <value>64 MiB (etcd's size); 4 KiB to 1 GiB.</value>
    public int SegmentBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How far ahead of the writer a segment is filled with zeros, in bytes.</summary>
    /// <value>1 MiB; 512 B to 64 MiB.</value>
    public int PreallocateBytes { get; set; } = 1024 * 1024;

    /// <summary>The largest entry that is taken.</summary>
    /// <value>16 MiB, ten times what a transaction of a swarm may have; 1 KiB to 256 MiB.</value>
    public int MaxEntryBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How many of the newest entries are kept in memory.</summary>
    /// <value>4,096; 1 to 1,048,576, rounded up to a power of two.</value>
    public int CacheEntries { get; set; } = 4096;

    /// <summary>How many bytes of payload of the newest entries are kept in memory.</summary>
    /// <value>16 MiB; from 0.</value>
    public long CacheBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How many snapshots are kept besides the newest.</summary>
    /// <value>0, as in SwarmKit; 0 to 100.</value>
    public int KeepOldSnapshots { get; set; }

    /// <summary>Wraps the data keys.</summary>
    /// <value><see cref="ClearLogKeyProvider"/>: data keys lie beside the log.</value>
    public ILogKeyProvider KeyProvider { get; set; } = ClearLogKeyProvider.Instance;

    /// <summary>A note of the owner (who the member is), stored in plain text once, when the log is made.</summary>
    /// <value>Empty; at most 64 KiB.</value>
    public ReadOnlyMemory<byte> Metadata { get; set; }

    /// <summary>Where recovery, cuts and rotations are reported.</summary>
    /// <value>Nowhere.</value>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    internal IFileSystem Files { get; set; } = PhysicalFileSystem.Instance;

    internal IRandomBytes Random { get; set; } = SystemRandomBytes.Instance;

    internal FileRaftStorageOptions Validated()
    {
        Require(SegmentBytes is >= 4096 and <= 1 << 30, nameof(SegmentBytes), SegmentBytes, "4 KiB to 1 GiB");
        Require(
            PreallocateBytes is >= 512 and <= 64 << 20, nameof(PreallocateBytes), PreallocateBytes, "512 B to 64 MiB");
        Require(MaxEntryBytes is >= 1024 and <= 256 << 20, nameof(MaxEntryBytes), MaxEntryBytes, "1 KiB to 256 MiB");
        Require(CacheEntries is >= 1 and <= 1 << 20, nameof(CacheEntries), CacheEntries, "1 to 1,048,576");
        Require(CacheBytes >= 0, nameof(CacheBytes), CacheBytes, "0 or more");
        Require(
            KeepOldSnapshots is >= 0 and <= MostOldSnapshots,
            nameof(KeepOldSnapshots),
            KeepOldSnapshots,
            "0 to 100");
        Require(Metadata.Length <= 64 * 1024, nameof(Metadata), Metadata.Length, "at most 64 KiB");
        if (KeyProvider is null || Logger is null)
        {
            throw new InvalidOperationException($"{nameof(KeyProvider)} and {nameof(Logger)} of a log cannot be null.");
        }

        return (FileRaftStorageOptions)MemberwiseClone();
    }

    private static void Require(bool holds, string name, long value, string range)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is out of range; allowed are {range}.");
        }
    }
}
