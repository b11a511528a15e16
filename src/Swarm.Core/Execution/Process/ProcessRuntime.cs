using Microsoft.Extensions.Logging;

namespace Swarm.Execution.Processes;

/// <summary>What all tasks of a process executor share.</summary>
internal sealed record ProcessRuntime(
    ProcessExecutorOptions Options,
    EventLoop Loop,
    CgroupMounts Cgroups,
    PortReservations Ports,
    TimeProvider TimeProvider,
    ILogger Logger)
{
    private const int RemovalAttempts = 100;

    private static readonly TimeSpan RemovalPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Secrets and configs of tasks.</summary>
    internal TaskFileStore Files { get; } = new(Options.StateDirectory, Options.SecretsDirectory, Logger);

    /// <summary>Names of other tasks; null where there is no mesh.</summary>
    internal ITaskNames? Names { get; set; }

    /// <summary>What the next life of the executor must know.</summary>
    internal ProcessRecords Records { get; } =
        new(task => Path.Combine(Options.StateDirectory, task.ToString()), Logger);

    /// <summary>Views of the file system for tasks.</summary>
    internal MountNamespace Namespaces { get; } = new(Options, Loop, Logger);

    /// <summary>How long output may come after the end of a process; somebody may hold it open for good.</summary>
    internal TimeSpan OutputGrace { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Directory of a task; stays until the task is removed.</summary>
    internal string DirectoryOf(TaskId task) => Path.Combine(Options.StateDirectory, task.ToString());

    /// <summary>Directory of a task's log files.</summary>
    internal string LogDirectoryOf(TaskId task) => Path.Combine(DirectoryOf(task), "log");

    /// <summary>What a task sees as <c>/etc/resolv.conf</c>.</summary>
    internal string ResolverFileOf(TaskId task) => Path.Combine(DirectoryOf(task), "resolv.conf");

    /// <summary>What a task with host entries sees as <c>/etc/hosts</c>.</summary>
    internal string HostsFileOf(TaskId task) => Path.Combine(DirectoryOf(task), "hosts");

    /// <summary>Directory in which a task starts that names no other.</summary>
    internal string WorkDirectoryOf(TaskId task) => Path.Combine(DirectoryOf(task), "work");

    /// <summary>Takes from a task that has ended what only a running one needs; again and again if need be.</summary>
    internal void TakeBack(TaskId task)
    {
        Files.Wipe(task);
        Names?.Leave(task);
    }

    /// <summary>Removes a cgroup as soon as its last process is gone.</summary>
    internal async Task<bool> RemoveAsync(TaskCgroup cgroup)
    {
        for (var attempt = 0; attempt < RemovalAttempts; attempt++)
        {
            if (cgroup.TryRemove())
            {
                return true;
            }

            await Task.Delay(RemovalPause, TimeProvider);
        }

        return false;
    }
}
