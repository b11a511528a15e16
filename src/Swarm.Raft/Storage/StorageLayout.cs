using System.Globalization;

namespace Swarm.Raft.Storage;

/// <summary>Where things lie in the directory of a log.</summary>
/// <remarks>
/// <code>
/// LOCK                                    held while the log is open
/// meta                                    the log's id and the owner's note; written last when a log is made
/// keys                                    the data keys, wrapped
/// wal/0000000000000003-00000000000003e8.wal    sequence, first index it can hold
/// snap/0000000000000007-00000000000003e7.snap  term, index
/// snap/….incoming                         received, waiting for the log to accept it
/// *.tmp                                   being written; worthless after a crash
/// </code>
/// </remarks>
internal sealed class StorageLayout(string root)
{
    public const string TemporarySuffix = ".tmp";
    public const string SegmentSuffix = ".wal";
    public const string SnapshotSuffix = ".snap";
    public const string IncomingSuffix = ".incoming";
    public const string MetaName = "meta";
    public const string KeysName = "keys";

    public string Root { get; } = root;

    public string LogDirectory { get; } = Path.Join(root, "wal");

    public string SnapshotDirectory { get; } = Path.Join(root, "snap");

    public string LockPath { get; } = Path.Join(root, "LOCK");

    public string MetaPath { get; } = Path.Join(root, MetaName);

    public string KeysPath { get; } = Path.Join(root, KeysName);

    public static string SegmentName(ulong sequence, ulong firstIndex) => Name(sequence, firstIndex) + SegmentSuffix;

    public static string SnapshotName(ulong term, ulong index) => Name(term, index) + SnapshotSuffix;

    public static string IncomingName(ulong term, ulong index) => Name(term, index) + IncomingSuffix;

    /// <summary>The two numbers of a file name, if it has that form.</summary>
    public static bool TryParse(string name, string suffix, out ulong first, out ulong second)
    {
        first = second = 0;
        return name.Length == 33 + suffix.Length
            && name[16] == '-'
            && name.EndsWith(suffix, StringComparison.Ordinal)
            && TryParseHex(name.AsSpan(0, 16), out first)
            && TryParseHex(name.AsSpan(17, 16), out second);
    }

    private static bool TryParseHex(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static string Name(ulong first, ulong second) =>
        string.Create(CultureInfo.InvariantCulture, $"{first:x16}-{second:x16}");
}
