using System.Diagnostics;
using Swarm;

namespace Quickstart;

/// <summary>Looks at the tasks of the service, and hurts them.</summary>
internal static class Tasks
{
    /// <summary>Kills the process of one running task, as a crash would.</summary>
    public static async Task<string> KillOneAsync(ISwarmClient swarm)
    {
        await foreach (var task in swarm.Tasks.ListAsync(new TaskQuery(DesiredState: TaskState.Running)))
        {
            if (task.Status is { State: TaskState.Running, Container.Pid: > 0 and var pid })
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
                return $"killed process {pid} of {Label(task)}\n";
            }
        }

        return "no task runs\n";
    }

    public static string Label(SwarmTask task) => $"{task.ServiceAnnotations.Name}.{task.Slot}";

    /// <summary>The newest task of every slot that is wanted, in the order of slots.</summary>
    public static async Task<IReadOnlyList<SwarmTask>> CurrentAsync(ISwarmClient swarm, ServiceId service)
    {
        var tasks = new SortedDictionary<int, SwarmTask>();
        await foreach (var task in swarm.Tasks.ListAsync(new TaskQuery(ServiceId: service)))
        {
            if (task.DesiredState <= TaskState.Running
                && (!tasks.TryGetValue(task.Slot, out var other) || other.CreatedAt <= task.CreatedAt))
            {
                tasks[task.Slot] = task;
            }
        }

        return [.. tasks.Values];
    }
}
