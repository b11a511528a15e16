using System.Globalization;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>Processes in the columns of <c>ps -ef</c>.</summary>
internal static class ProcessTable
{
    private static readonly string[] Titles = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"];

    public static ContainerProcessesDocument Write(IReadOnlyList<ContainerProcess> processes, DateTimeOffset now) =>
        new([.. processes.Select(p => Row(p, now))], Titles);

    private static string[] Row(ContainerProcess process, DateTimeOffset now)
    {
        var today = now - process.StartedAt < TimeSpan.FromDays(1);
        var cpu = process.CpuTime;
        return
        [
            process.User,
            process.Pid.ToString(CultureInfo.InvariantCulture),
            process.ParentPid.ToString(CultureInfo.InvariantCulture),
            "0",
            process.StartedAt.UtcDateTime.ToString(today ? "HH:mm" : "MMMdd", CultureInfo.InvariantCulture),
            "?",
            string.Create(CultureInfo.InvariantCulture, $"{(long)cpu.TotalHours:00}:{cpu.Minutes:00}:{cpu.Seconds:00}"),
            process.CommandLine,
        ];
    }
}
