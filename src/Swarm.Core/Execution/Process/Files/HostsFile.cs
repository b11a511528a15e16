namespace Swarm.Execution.Processes;

/// <summary>The <c>/etc/hosts</c> of a task with entries of its own (hosts(5)).</summary>
internal static class HostsFile
{
    /// <summary>Where programs look.</summary>
    internal const string Target = "/etc/hosts";

    // What Docker has for the address of the machine, which is where a process is.
    private const string Gateway = "host-gateway";
    private const string Loopback = "127.0.0.1";

    /// <summary>The machine's own text with a task's entries in front, where the first match counts.</summary>
    /// <param name="machine">The machine's text.</param>
    /// <param name="entries">Address first, then names.</param>
    /// <exception cref="TaskRejectedException">An entry is none.</exception>
    internal static string Compose(string machine, ValueList<string> entries) =>
        string.Concat(entries.Select(entry => LineOf(entry) + "\n")) + machine;

    private static string LineOf(string entry)
    {
        var words = entry.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var address = words is [Gateway, ..] ? Loopback : words.FirstOrDefault("");
        return words.Length > 1 && System.Net.IPAddress.TryParse(address, out _)
            ? $"{address}\t{string.Join(' ', words.Skip(1))}"
            : throw new TaskRejectedException($"invalid host entry: {entry}");
    }
}
