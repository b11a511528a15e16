namespace Swarm.Execution.Processes;

/// <summary>Which of its node's capabilities a process is to go without.</summary>
/// <remarks>
/// A container begins with few capabilities and gets more; a process begins with those of the executor. What a spec
/// adds is there already where the executor is privileged, so that only dropping takes any work.
/// </remarks>
internal static class Capabilities
{
    private const string All = "ALL";

    // capabilities(7) of Linux 5.9 and later, without the prefix.
    private static readonly HashSet<string> Known = new(
        [
            All, "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN",
            "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE",
            "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST",
            "NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT",
            "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME",
            "SYS_TTY_CONFIG", "WAKE_ALARM",
        ],
        StringComparer.Ordinal);

    /// <summary>What setpriv is told of a task's capabilities; empty when they are the executor's.</summary>
    /// <param name="spec">What is asked for.</param>
    /// <param name="isPrivileged">Whether this process has capabilities that it could pass on.</param>
    /// <param name="hasSetpriv">Whether the node has the program that drops them.</param>
    /// <exception cref="TaskRejectedException">The task cannot have what it asks for here.</exception>
    internal static string Plan(ContainerSpec spec, bool isPrivileged, bool hasSetpriv)
    {
        var added = spec.CapabilityAdd.Select(NameOf).ToList();
        var dropped = spec.CapabilityDrop.Select(NameOf).ToList();
        if (added.Count > 0 && !isPrivileged)
        {
            throw new TaskRejectedException(
                $"cannot add capability {added[0]}: this node's executor is not privileged");
        }

        if (dropped.Count == 0 || !isPrivileged)
        {
            return "";
        }

        return hasSetpriv
            ? string.Join(',', [.. Marked('-', dropped), .. Marked('+', added)])
            : throw new TaskRejectedException("cannot drop capabilities: setpriv is not installed on this node");
    }

    private static string NameOf(string text)
    {
        var name = text.ToUpperInvariant();
        name = name.StartsWith("CAP_", StringComparison.Ordinal) ? name["CAP_".Length..] : name;
        return Known.Contains(name)
            ? name
            : throw new TaskRejectedException($"invalid capability: \"{text}\"");
    }

    private static IEnumerable<string> Marked(char sign, List<string> names) => names
        .OrderByDescending(name => name == All)
        .Select(name => $"{sign}{name.ToLowerInvariant()}");
}
