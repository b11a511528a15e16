namespace Swarm.Execution.Processes;

/// <summary>Files with permissions; the executor exists on Linux only, which the compiler cannot know.</summary>
internal static class UnixFiles
{
    internal static void MakeDirectory(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, mode);
        }
    }

    internal static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>A new file that its owner alone may read and write.</summary>
    internal static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
