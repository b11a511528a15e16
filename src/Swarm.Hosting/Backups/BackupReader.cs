using System.Formats.Tar;
using System.Text.Json;
using Swarm.Raft.Storage.Files;

namespace Swarm.Hosting.Backups;

/// <summary>Puts a backup into the directory of a manager.</summary>
internal static class BackupReader
{
    private const int MaxHead = 64 * 1024;
    private const int MaxFiles = 1024;
    private const string Arriving = ".restoring";

    public static async Task ReadAsync(Stream source, string directory, CancellationToken cancellationToken)
    {
        var target = Path.Combine(directory, "swarm");
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw SwarmException.FailedPrecondition(
                $"{directory} belongs to a swarm already; \"docker swarm leave --force\" empties it, or name another "
                + "directory");
        }

        // It gets its name when all of it is there: a node starts with a whole membership or with none.
        var arriving = Path.Combine(directory, Arriving);
        if (Directory.Exists(arriving))
        {
            Directory.Delete(arriving, recursive: true);
        }

        MakeDirectory(arriving);
        try
        {
            await ExtractAsync(source, arriving, cancellationToken);
            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            Directory.Move(Path.Combine(arriving, "swarm"), target);
            PhysicalFileSystem.Instance.SyncDirectory(directory);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw NoBackup(exception.Message);
        }
        finally
        {
            Directory.Delete(arriving, recursive: true);
        }
    }

    private static async Task ExtractAsync(Stream source, string directory, CancellationToken cancellationToken)
    {
        await using var tar = new TarReader(source, leaveOpen: true);
        await ReadHeadAsync(
            await tar.GetNextEntryAsync(copyData: false, cancellationToken) ?? throw NoBackup("it is empty"),
            cancellationToken);
        var isWhole = false;
        for (var files = 0;
            await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry;
            files++)
        {
            if (isWhole || files == MaxFiles || !IsFile(entry) || !BackupFormat.IsKnown(entry.Name))
            {
                throw NoBackup($"'{entry.Name}' does not belong into one");
            }

            var path = Path.Combine(directory, entry.Name);
            MakeDirectory(Path.GetDirectoryName(path)!);
            await WriteAsync(entry.DataStream ?? Stream.Null, path, cancellationToken);
            isWhole = entry.Name == BackupFormat.Membership;
        }

        if (!isWhole)
        {
            throw NoBackup("its end is missing");
        }

        foreach (var folder in Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories))
        {
            PhysicalFileSystem.Instance.SyncDirectory(folder);
        }
    }

    private static async Task ReadHeadAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Name != BackupFormat.Head || !IsFile(entry) || entry.Length > MaxHead || entry.DataStream is null)
        {
            throw NoBackup("it does not begin like one");
        }

        try
        {
            var head = await JsonSerializer.DeserializeAsync(
                entry.DataStream,
                BackupJson.Default.BackupHead,
                cancellationToken);
            if (head?.Format != BackupFormat.Version)
            {
                throw NoBackup($"it has format {head?.Format}, this version reads {BackupFormat.Version}");
            }
        }
        catch (JsonException exception)
        {
            throw NoBackup(exception.Message);
        }
    }

    private static async Task WriteAsync(Stream content, string path, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = BackupFormat.Secret;
        }

        await using var file = new FileStream(path, options);
        await content.CopyToAsync(file, cancellationToken);
        file.Flush(flushToDisk: true);
    }

    private static bool IsFile(TarEntry entry) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;

    private static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, BackupFormat.Secret | UnixFileMode.UserExecute);
        }
    }

    private static SwarmException NoBackup(string reason) =>
        SwarmException.InvalidArgument($"this is no backup of a swarm, or only a part of one: {reason}");
}
