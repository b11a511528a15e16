using System.Globalization;

namespace Swarm.Execution.Processes;

/// <summary>The cgroup of one task: keeps its processes together and within their limits.</summary>
internal sealed class TaskCgroup
{
    private const long CpuPeriodMicroseconds = 100_000;
    private const long ShortestCpuQuotaMicroseconds = 1_000;

    private readonly CgroupMounts _mounts;
    private readonly string _tracking;
    private readonly List<string> _limiting;
    private readonly bool _ownsLimiting;

    private TaskCgroup(CgroupMounts mounts, string tracking, List<string> limiting, bool ownsLimiting)
    {
        _mounts = mounts;
        _tracking = tracking;
        _limiting = limiting;
        _ownsLimiting = ownsLimiting;
    }

    /// <summary>Makes the cgroup of a task; null when this process may not.</summary>
    internal static TaskCgroup? TryCreate(CgroupMounts mounts, string name)
    {
        var tracking = mounts.Unified ?? mounts.Controllers.Values.FirstOrDefault();
        return tracking is not null && TryMakeDirectory(Path.Combine(tracking, name))
            ? new(mounts, Path.Combine(tracking, name), [], ownsLimiting: true)
            : null;
    }

    /// <summary>A cgroup inside of this one that shares its limits and can be killed alone.</summary>
    internal TaskCgroup? TryCreateChild(string name)
    {
        var tracking = Path.Combine(_tracking, name);
        return TryMakeDirectory(tracking) ? new(_mounts, tracking, _limiting, ownsLimiting: false) : null;
    }

    /// <summary>Sets limits; returns the names of those that cannot be kept here.</summary>
    internal List<string> Limit(ResourceLimits limits, long? swapBytes)
    {
        var missing = new List<string>();
        if (limits.NanoCpus > 0)
        {
            var quota = Math.Max(limits.NanoCpus * CpuPeriodMicroseconds / 1_000_000_000, ShortestCpuQuotaMicroseconds);
            Require("cpu", Set("cpu", ("cpu.max", $"{Text(quota)} {Text(CpuPeriodMicroseconds)}"), [
                ("cpu.cfs_period_us", Text(CpuPeriodMicroseconds)),
                ("cpu.cfs_quota_us", Text(quota)),
            ]));
        }

        if (limits.MemoryBytes > 0)
        {
            var memory = Text(limits.MemoryBytes);
            Require("memory", Set("memory", ("memory.max", memory), [("memory.limit_in_bytes", memory)]));
            LimitSwap(limits.MemoryBytes, swapBytes);
        }

        if (limits.Pids > 0)
        {
            Require("pids", Set("pids", ("pids.max", Text(limits.Pids)), [("pids.max", Text(limits.Pids))]));
        }

        return missing;

        void Require(string name, bool set)
        {
            if (!set)
            {
                missing.Add(name);
            }
        }
    }

    /// <summary>Moves a process in; what it starts from then on is in as well.</summary>
    /// <exception cref="IOException">It cannot be moved.</exception>
    internal void Add(int pid)
    {
        foreach (var directory in _limiting.Prepend(_tracking))
        {
            try
            {
                Write(Path.Combine(directory, "cgroup.procs"), Text(pid));
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new IOException(exception.Message, exception);
            }
        }
    }

    internal List<int> Members()
    {
        var members = new List<int>();
        foreach (var directory in Subtree(_tracking))
        {
            foreach (var line in ReadLines(Path.Combine(directory, "cgroup.procs")))
            {
                members.Add(int.Parse(line, CultureInfo.InvariantCulture));
            }
        }

        // A version 1 cgroup lists zombies until they are reaped.
        return [.. members.Where(pid => ProcessEntry.Read(pid) is { IsAlive: true })];
    }

    /// <summary>Kills all members in one step; null where the kernel cannot (before 5.14, or version 1).</summary>
    internal bool? KillAtOnce()
    {
        var file = Path.Combine(_tracking, "cgroup.kill");
        if (!File.Exists(file))
        {
            return Directory.Exists(_tracking) ? null : false;
        }

        var any = Members().Count > 0;
        return TryWrite(file, "1") ? any : null;
    }

    /// <summary>Removes the cgroup; false while members are still dying.</summary>
    internal bool TryRemove()
    {
        var directories = (_ownsLimiting ? _limiting : []).Prepend(_tracking).SelectMany(Subtree);
        foreach (var directory in directories.OrderByDescending(path => path.Length))
        {
            try
            {
                Directory.Delete(directory);
            }
            catch (DirectoryNotFoundException)
            {
                continue;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        return true;
    }

    internal static bool TryWrite(string file, string text)
    {
        try
        {
            Write(file, text);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool Set(string controller, (string File, string Value) unified, (string File, string Value)[] older)
    {
        if (_mounts.Unified is not null && File.Exists(Path.Combine(_tracking, unified.File)))
        {
            return TryWrite(Path.Combine(_tracking, unified.File), unified.Value);
        }

        if (!_mounts.Controllers.TryGetValue(controller, out var parent))
        {
            return false;
        }

        var directory = Path.Combine(parent, Path.GetFileName(_tracking));
        if (!TryMakeDirectory(directory))
        {
            return false;
        }

        if (directory != _tracking && !_limiting.Contains(directory, StringComparer.Ordinal))
        {
            _limiting.Add(directory);
        }

        return older.All(setting => TryWrite(Path.Combine(directory, setting.File), setting.Value));
    }

    // Swap accounting is often switched off, so a missing file is no failure.
    private void LimitSwap(long memoryBytes, long? swapBytes)
    {
        if (swapBytes is { } swap and >= 0)
        {
            _ = Set(
                "memory",
                ("memory.swap.max", Text(swap)),
                [("memory.memsw.limit_in_bytes", Text(memoryBytes + swap))]);
        }
    }

    // The cgroups of health checks come and go while this looks.
    private static List<string> Subtree(string directory)
    {
        try
        {
            return [directory, .. Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories)];
        }
        catch (DirectoryNotFoundException)
        {
            return Directory.Exists(directory) ? [directory] : [];
        }
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool TryMakeDirectory(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // One write: control files take a value whole or not at all, and must not be truncated first.
    private static void Write(string file, string text)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(handle, System.Text.Encoding.ASCII.GetBytes(text), 0);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
