using System.Globalization;

namespace Swarm.Interop.Tests.Harness;

/// <summary>Names of everything this run makes on the machine, and the removal of what crashed runs left.</summary>
/// <remarks>A name carries process id and start time of its run, so a leftover is told from a run still at work.</remarks>
internal static class TestRun
{
    private const string Prefix = "swarm-interop";
    private const string Namespaces = "/run/netns";
    private const string Cgroups = "/sys/fs/cgroup";

    private static readonly Task Swept = SweepAsync();

    private static int _count;

    /// <summary>A name nobody else uses; leftovers of crashed runs are gone when it is given out.</summary>
    public static async Task<string> NewNameAsync()
    {
        await Swept;
        var id = Environment.ProcessId;
        return string.Create(
            CultureInfo.InvariantCulture, $"{Prefix}-{id}-{StartTime(id)}-{Interlocked.Increment(ref _count)}");
    }

    /// <summary>The folder of a name; unix sockets are made below it, so it has to be a short path.</summary>
    public static string Folder(string name) => Path.Combine(Path.GetTempPath(), name);

    /// <summary>Removes all that bears a name: processes in its namespaces, namespaces, control groups, files.</summary>
    public static async Task RemoveAsync(string name)
    {
        foreach (var path in Entries(Namespaces, name))
        {
            var space = Path.GetFileName(path);
            var pids = (await Shell.RunAsync("ip", "netns", "pids", space)).Output;
            foreach (var pid in pids.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await Shell.RunAsync("kill", "-KILL", pid);
            }

            await Shell.OkAsync("ip", "netns", "delete", space);
        }

        foreach (var group in CgroupFolders(name))
        {
            await RemoveCgroupAsync(group);
        }

        if (Directory.Exists(Folder(name)))
        {
            Directory.Delete(Folder(name), recursive: true);
        }
    }

    private static async Task SweepAsync()
    {
        var names = Entries(Path.GetTempPath(), Prefix).Concat(Entries(Namespaces, Prefix)).Concat(CgroupFolders(Prefix))
            .Select(path => string.Join('-', Path.GetFileName(path).Split('-').Take(5)))
            .Distinct();
        foreach (var name in names.ToArray())
        {
            var parts = name.Split('-');
            if (parts.Length == 5 && int.TryParse(parts[2], out var id) && StartTime(id) != parts[3])
            {
                await RemoveAsync(name);
            }
        }
    }

    private static string[] Entries(string folder, string start) =>
        Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder, $"{start}*") : [];

    private static IEnumerable<string> CgroupFolders(string start) =>
        Directory.Exists(Cgroups)
            ? Directory.GetDirectories(Cgroups).SelectMany(tree => Entries(tree, start)).Concat(Entries(Cgroups, start))
            : [];

    // A group can be removed once the kernel has buried the last of its processes, a moment after they were killed.
    private static Task RemoveCgroupAsync(string group) => Eventually.BecomesAsync(
        () =>
        {
            var inner = Directory.GetDirectories(group, "*", SearchOption.AllDirectories);
            foreach (var folder in inner.OrderByDescending(folder => folder.Length).Append(group))
            {
                Directory.Delete(folder);
            }

            return Task.FromResult(Directory.Exists(group));
        },
        exists => !exists,
        $"{group} is removed");

    private static string? StartTime(int process)
    {
        try
        {
            // The command's name, field 2, may hold spaces and brackets; start time is field 22.
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
