using System.Text.Json.Serialization;

namespace Swarm.Hosting.Backups;

/// <summary>What lies where in a backup. Names are those below a manager's directory.</summary>
internal static class BackupFormat
{
    /// <summary>Comes first and says what the archive is.</summary>
    public const string Head = "swarm-backup.json";

    /// <summary>Comes last: an archive without it was cut.</summary>
    public const string Membership = "swarm/node.json";

    public const string Certificates = "swarm/certificates/";
    public const string Log = "swarm/raft/";
    public const int Version = 1;

    public const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] Folders = [Certificates, Log, Log + "wal/", Log + "snap/"];

    /// <summary>Whether a manager's directory has a file of that name.</summary>
    public static bool IsKnown(string name) =>
        name == Membership
        || Array.Exists(Folders, folder => name.StartsWith(folder, StringComparison.Ordinal)
            && name.Length > folder.Length
            && name[folder.Length..] is not ("." or "..")
            && name.AsSpan(folder.Length).IndexOfAny('/', '\\', '\0') < 0);
}

/// <summary>What a backup says of itself.</summary>
/// <param name="Format">Version of the archive.</param>
/// <param name="ClusterId">The swarm.</param>
/// <param name="NodeId">The manager that it was taken from.</param>
/// <param name="Index">The last entry of the log that the state covers.</param>
/// <param name="TakenAt">The manager's clock then.</param>
/// <param name="IsLocked">Whether the unlock key is needed.</param>
internal sealed record BackupHead(
    int Format,
    string ClusterId,
    string NodeId,
    ulong Index,
    DateTimeOffset TakenAt,
    bool IsLocked);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(BackupHead))]
internal sealed partial class BackupJson : JsonSerializerContext;
