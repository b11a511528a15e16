namespace Swarm.Execution.Processes;

/// <summary>Finds programs as a shell would.</summary>
internal static class ExecutablePath
{
    private const UnixFileMode AnyExecute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The absolute path of a program.</summary>
    /// <param name="program">Name to look for in <paramref name="path"/>, or a path.</param>
    /// <param name="path">Directories separated by colons.</param>
    /// <param name="workingDirectory">Where relative paths start.</param>
    /// <exception cref="LaunchException">There is none, or it cannot be executed.</exception>
    internal static string Resolve(string program, string path, string workingDirectory)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            var file = Path.GetFullPath(program, workingDirectory);
            return !Path.Exists(file) ? throw LaunchException.For(program, Libc.ErrNoEntry)
                : File.Exists(file) && IsExecutable(file) ? file
                : throw LaunchException.For(program, Libc.ErrAccess);
        }

        return path
            .Split(':')
            .Select(directory => Path.GetFullPath(Path.Combine(directory, program), workingDirectory))
            .FirstOrDefault(file => program.Length > 0 && File.Exists(file) && IsExecutable(file))
            ?? throw LaunchException.NotInPath(program);
    }

    private static bool IsExecutable(string file)
    {
        try
        {
            return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & AnyExecute) != UnixFileMode.None;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
