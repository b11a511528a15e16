namespace Swarm.Execution.Processes;

/// <summary>Names of process limits, as <c>docker run --ulimit</c> knows them.</summary>
internal static class ResourceLimitNames
{
    // Positions are Linux's RLIMIT numbers.
    private static readonly string[] Names =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
        "msgqueue", "nice", "rtprio", "rttime",
    ];

    internal static bool IsKnown(string name) => Array.IndexOf(Names, name) >= 0;

    /// <summary>The limits in the kernel's terms; -1 means unlimited.</summary>
    internal static List<(int Resource, ulong Soft, ulong Hard)> Resolve(ValueList<Ulimit> limits) =>
        [.. limits.Select(limit => (Array.IndexOf(Names, limit.Name), Value(limit.Soft), Value(limit.Hard)))];

    private static ulong Value(long limit) => unchecked((ulong)limit);
}
