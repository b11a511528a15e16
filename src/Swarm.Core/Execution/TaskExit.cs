namespace Swarm.Execution;

/// <summary>How a task ended.</summary>
/// <param name="ExitCode">Exit code, as Docker reports it: 128 + signal for a process ended by a signal.</param>
/// <param name="Error">A cause besides the exit code, such as <c>dockerexec: unhealthy container</c>; may be empty.</param>
public sealed record TaskExit(int ExitCode, string Error = "")
{
    /// <summary>
    /// The error as Docker words it, such as <c>task: non-zero exit (137)</c> or
    /// <c>task: non-zero exit (137): dockerexec: unhealthy container</c>; empty after success.
    /// </summary>
    /// <returns>The text.</returns>
    public string Describe()
    {
        if (ExitCode == 0)
        {
            return Error;
        }

        var exit = $"task: non-zero exit ({ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture)})";
        return Error.Length == 0 ? exit : $"{exit}: {Error}";
    }
}
