namespace Swarm.Execution.Processes;

/// <summary>Overwrites files and removes them.</summary>
/// <remarks>
/// A task's user may have put things where its files were. So a directory is taken over before anything in it is looked
/// at, links are removed and never followed, and only what is surely a file of nobody else is overwritten.
/// </remarks>
internal static class FileWiper
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int BlockSize = 64 * 1024;
    private const int MaximumDepth = 256;

    /// <summary>Wipes a directory with all that is in it; nothing happens when it is not there.</summary>
    /// <exception cref="IOException">Something could not be removed, or was removed without being overwritten.</exception>
    /// <exception cref="UnauthorizedAccessException">Something could not be removed.</exception>
    internal static void Wipe(string directory)
    {
        var faults = new List<Exception>();
        Wipe(directory, 0, faults);
        if (faults.Count > 0)
        {
            throw new IOException($"{faults.Count} files were not overwritten: {faults[0].Message}", faults[0]);
        }
    }

    private static void Wipe(string directory, int depth, List<Exception> faults)
    {
        if (FileFacts.Of(directory) is not { } facts)
        {
            return;
        }

        if (!facts.IsDirectory || depth > MaximumDepth)
        {
            File.Delete(directory);
            return;
        }

        if (!facts.IsOwn && Libc.ChangeOwnerOfLink(directory, Libc.EffectiveUserId(), Libc.EffectiveGroupId()) < 0)
        {
            throw Libc.Error($"chown {directory}");
        }

        UnixFiles.SetMode(directory, Own);
        foreach (var path in Directory.GetFileSystemEntries(directory))
        {
            if (FileFacts.Of(path) is { IsDirectory: true })
            {
                Wipe(path, depth + 1, faults);
            }
            else
            {
                WipeFile(path, faults);
            }
        }

        Directory.Delete(directory);
    }

    private static void WipeFile(string path, List<Exception> faults)
    {
        if (FileFacts.Of(path) is { IsRegular: true, Links: 1 })
        {
            try
            {
                Overwrite(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Removing it is what can still be done.
                faults.Add(exception);
            }
        }

        File.Delete(path);
    }

    private static void Overwrite(string path)
    {
        UnixFiles.SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        // Sharing it means that no lock of the task can keep it from being overwritten.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Span<byte> zeros = stackalloc byte[(int)Math.Min(BlockSize, Math.Max(file.Length, 1))];
        zeros.Clear();
        for (var left = file.Length; left > 0;)
        {
            var count = (int)Math.Min(left, zeros.Length);
            file.Write(zeros[..count]);
            left -= count;
        }

        file.Flush(flushToDisk: true);
    }
}
