namespace Swarm.Tool.Commands;

/// <summary>How a command ended, for scripts that must tell outcomes apart.</summary>
internal static class ExitCode
{
    /// <summary>What was asked for is done.</summary>
    public const int Success = 0;

    /// <summary>It was refused or did not succeed; standard error says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong; nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>It has not come to an end in time; the number is that of timeout(1).</summary>
    public const int Timeout = 124;
}
