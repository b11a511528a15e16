using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Swarm.Execution.Processes;

/// <summary>What the system tells of this machine and its processes.</summary>
internal static class MachineDescription
{
    /// <summary>Engine label with what runs the tasks of a node.</summary>
    internal const string ExecutorLabel = "swarm.executor";

    /// <summary>Its value on nodes that run processes.</summary>
    internal const string ProcessExecutorName = "process";

    /// <summary>
    /// Engine label of nodes that cannot keep all limits of tasks: those they can keep, separated by commas, or
    /// <see cref="NoLimits"/>. Nodes without it keep all.
    /// </summary>
    internal const string LimitsLabel = "swarm.limits";

    /// <summary>Its value on nodes that keep none.</summary>
    internal const string NoLimits = "none";

    private const long NanoCpusPerCpu = 1_000_000_000;

    // Networks and log drivers are not ours to run, but a task that names one of these must find a node.
    private static readonly ValueList<EnginePlugin> Plugins =
    [
        new("Log", "json-file"), new("Log", "local"), new("Log", "none"),
        new("Network", "bridge"), new("Network", "host"), new("Network", "overlay"),
        new("Volume", "local"),
    ];

    internal static NodeDescription Describe(ProcessExecutorOptions options, IReadOnlyList<string> limits) => new()
    {
        Hostname = options.Hostname,
        Platform = new(ArchitectureName(), "linux"),
        Resources = new()
        {
            NanoCpus = Environment.ProcessorCount * NanoCpusPerCpu,
            MemoryBytes = Memory(),
            Generic = options.GenericResources,
        },
        Engine = new()
        {
            Version = Version(),
            Labels = WithLimits(options.EngineLabels.With(ExecutorLabel, ProcessExecutorName), limits),
            Plugins = Plugins,
        },
    };

    internal static List<ContainerProcess> Processes(List<int> pids)
    {
        var boot = BootTime();
        double ticks = Libc.SystemConfiguration(Libc.ClockTicksPerSecond);
        return [.. pids.Order().Select(ProcessEntry.Read).OfType<ProcessEntry>().Select(entry => new ContainerProcess(
            User(entry.Pid),
            entry.Pid,
            entry.ParentPid,
            boot.AddSeconds(entry.StartTicks / ticks),
            TimeSpan.FromSeconds(entry.CpuTicks / ticks),
            CommandLine(entry.Pid)))];
    }

    private static ValueDictionary<string> WithLimits(ValueDictionary<string> labels, IReadOnlyList<string> limits) =>
        CgroupMounts.Wanted.All(limits.Contains)
            ? labels
            : labels.With(LimitsLabel, limits.Count == 0 ? NoLimits : string.Join(',', limits));

    // The names of uname, which is what nodes of Docker report.
    private static string ArchitectureName() => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "x86_64",
        Architecture.Arm64 => "aarch64",
        Architecture.X86 => "i686",
        Architecture.Arm => "armv7l",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static string Version() =>
        typeof(MachineDescription).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static long Memory() => Number("/proc/meminfo", "MemTotal:") * 1024;

    private static DateTimeOffset BootTime() => DateTimeOffset.FromUnixTimeSeconds(Number("/proc/stat", "btime"));

    private static string User(int pid)
    {
        var line = ProcessEntry.ReadFile(pid, "status")
            .Split('\n')
            .FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return line?.Split('\t', StringSplitOptions.RemoveEmptyEntries) is [_, _, var effective, ..]
            ? UserAccount.NameOf(effective)
            : "";
    }

    private static string CommandLine(int pid)
    {
        var arguments = ProcessEntry.ReadFile(pid, "cmdline").TrimEnd('\0').Replace('\0', ' ');
        return arguments.Length > 0 ? arguments : $"[{ProcessEntry.ReadFile(pid, "comm").TrimEnd('\n')}]";
    }

    // A line such as "MemTotal:       24000000 kB".
    private static long Number(string file, string name)
    {
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var number, ..]
            ? long.Parse(number, CultureInfo.InvariantCulture)
            : 0;
    }
}
