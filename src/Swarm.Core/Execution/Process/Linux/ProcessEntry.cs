using System.Globalization;

namespace Swarm.Execution.Processes;

/// <summary>A line of the kernel's process table.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="State">State letter; <c>Z</c> and <c>X</c> are dead.</param>
/// <param name="ParentPid">Process id of the parent.</param>
/// <param name="Session">Process id of the session's leader.</param>
/// <param name="CpuTicks">Processor time in clock ticks.</param>
/// <param name="StartTicks">Start in clock ticks since the system started.</param>
internal readonly record struct ProcessEntry(
    int Pid,
    char State,
    int ParentPid,
    int Session,
    long CpuTicks,
    long StartTicks)
{
    internal bool IsAlive => State is not ('Z' or 'X');

    internal static List<ProcessEntry> All()
    {
        var entries = new List<ProcessEntry>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read(pid) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    internal static ProcessEntry? Read(int pid)
    {
        // The command's name may contain anything, parentheses and spaces included: fields count from the last one.
        var text = ReadFile(pid, "stat");
        var end = text.LastIndexOf(')');
        var fields = end < 0 ? [] : text[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20)
        {
            return null;
        }

        return new(
            pid,
            fields[0][0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            int.Parse(fields[3], CultureInfo.InvariantCulture),
            Number(fields[11]) + Number(fields[12]),
            Number(fields[19]));

        static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
    }

    /// <summary>A file of a process in <c>/proc</c>; empty when it may not be read or the process is gone.</summary>
    internal static string ReadFile(int pid, string name)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
