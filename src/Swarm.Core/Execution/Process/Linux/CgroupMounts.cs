using System.Security.Cryptography;

namespace Swarm.Execution.Processes;

/// <summary>Where this process may make cgroups.</summary>
/// <param name="Unified">Directory in the version 2 hierarchy; null when there is none to write to.</param>
/// <param name="Controllers">Directories in version 1 hierarchies, by controller.</param>
internal sealed record CgroupMounts(string? Unified, IReadOnlyDictionary<string, string> Controllers)
{
    private const string Own = "swarm";

    internal static readonly string[] Wanted = ["cpu", "memory", "pids"];

    internal static CgroupMounts None { get; } = new(null, new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>True when processes can at least be kept together.</summary>
    internal bool CanTrack => Unified is not null || Controllers.Count > 0;

    /// <summary>What can be limited for a task here.</summary>
    internal IReadOnlyList<string> Limits()
    {
        var unified = Unified is null ? [] : ReadControllers(Path.Combine(Unified, "cgroup.subtree_control"));
        return
        [
            .. Wanted.Where(name =>
                Controllers.ContainsKey(name) || unified.Contains(name, StringComparer.Ordinal)),
        ];
    }

    internal static CgroupMounts Detect()
    {
        string? unified = null;
        var controllers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (type, mountPoint, root, options) in Mounts())
        {
            if (type == "cgroup2")
            {
                unified ??= Prepare(mountPoint, root, hierarchy: "");
                EnableControllers(unified);
            }
            else if (type == "cgroup")
            {
                foreach (var controller in Wanted.Intersect(options.Split(','), StringComparer.Ordinal))
                {
                    if (!controllers.ContainsKey(controller) && Prepare(mountPoint, root, controller) is { } directory)
                    {
                        controllers.Add(controller, directory);
                    }
                }
            }
        }

        return new(unified, controllers);
    }

    // A line: id parent major:minor root mount-point options [optional…] - type source super-options.
    private static IEnumerable<(string Type, string MountPoint, string Root, string Options)> Mounts()
    {
        var lines = File.Exists("/proc/self/mountinfo") ? File.ReadAllLines("/proc/self/mountinfo") : [];
        foreach (var line in lines)
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash >= 6 && fields.Length > dash + 3)
            {
                yield return (fields[dash + 1], fields[4], fields[3], fields[dash + 3]);
            }
        }
    }

    // The top of the hierarchy first, as container engines do: below its own cgroup a process of version 2 could not
    // hand on controllers. Its own cgroup is what an unprivileged user may have been given.
    private static string? Prepare(string mountPoint, string root, string hierarchy)
    {
        var own = OwnPath(hierarchy);
        var relative = own.StartsWith(root, StringComparison.Ordinal) ? own[root.Length..] : own;
        string[] candidates = [Path.Combine(mountPoint, Own), Path.Join(mountPoint, relative, Own)];
        return candidates.FirstOrDefault(CanWrite);
    }

    private static string OwnPath(string hierarchy)
    {
        foreach (var line in File.ReadAllLines("/proc/self/cgroup"))
        {
            var fields = line.Split(':', 3);
            if (fields.Length == 3 && fields[1].Split(',').Contains(hierarchy, StringComparer.Ordinal))
            {
                return fields[2];
            }
        }

        return "";
    }

    private static bool CanWrite(string directory)
    {
        try
        {
            // A throwaway child: the directory itself may be there from another user's run.
            var probe = Path.Combine(directory, $"probe-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
            Directory.CreateDirectory(probe);
            var writable = File.Exists(Path.Combine(probe, "cgroup.procs"));
            Directory.Delete(probe);
            return writable;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] ReadControllers(string file)
    {
        try
        {
            return File.ReadAllText(file).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void EnableControllers(string? directory)
    {
        if (directory is null)
        {
            return;
        }

        foreach (var controller in Wanted)
        {
            // Whether it worked shows in the files that new cgroups have.
            _ = TaskCgroup.TryWrite(Path.Combine(directory, "..", "cgroup.subtree_control"), $"+{controller}");
            _ = TaskCgroup.TryWrite(Path.Combine(directory, "cgroup.subtree_control"), $"+{controller}");
        }
    }
}
