namespace Swarm.Execution.Processes;

/// <summary>A program cannot be run; the message is Docker's.</summary>
internal sealed class LaunchException(string message, int exitCode) : Exception(message)
{
    internal const int NotFoundCode = 127;
    internal const int NotExecutableCode = 126;

    /// <summary>What a shell would report: 127 for a missing program, 126 for one that cannot be executed.</summary>
    internal int ExitCode { get; } = exitCode;

    internal static LaunchException NotInPath(string program) =>
        new($"exec: \"{program}\": executable file not found in $PATH", NotFoundCode);

    internal static LaunchException For(string program, int error) => error switch
    {
        Libc.ErrNoEntry => new($"exec: \"{program}\": stat {program}: no such file or directory", NotFoundCode),
        Libc.ErrExecFormat => new($"exec {program}: exec format error", NotExecutableCode),
        _ => new($"exec: \"{program}\": permission denied", NotExecutableCode),
    };
}
