namespace Swarm.Execution.Processes;

/// <summary>Keeps the processes of a task together and within its limits.</summary>
internal static class TaskLimits
{
    /// <summary>The entry of the environment that marks the processes of a task.</summary>
    internal static string Marker(TaskId task) => $"{LaunchPlan.MarkerName}={task}";

    /// <summary>The cgroup of a task; null where none can be made, which costs it its limits.</summary>
    internal static TaskCgroup? MakeCgroup(SwarmTask task, ProcessRuntime runtime)
    {
        var limits = task.Spec.Resources?.Limits ?? new();
        var cgroup = TaskCgroup.TryCreate(runtime.Cgroups, task.Id.ToString());
        var missing = cgroup is null
            ? CgroupMounts.Wanted.Where(name => Amount(limits, name) > 0)
            : cgroup.Limit(limits, task.Spec.Resources?.SwapBytes);
        foreach (var resource in missing)
        {
            ExecutorLog.LimitIgnored(runtime.Logger, task.Name, resource);
        }

        return cgroup;
    }

    /// <summary>Kills what an earlier life of this node left running of a task, and removes its cgroup.</summary>
    internal static async Task<bool> KillLeftoversAsync(SwarmTask task, ProcessRuntime runtime)
    {
        if (!Directory.Exists(runtime.DirectoryOf(task.Id)))
        {
            return false;
        }

        var cgroup = TaskCgroup.TryCreate(runtime.Cgroups, task.Id.ToString());
        var killed = new ProcessGroup(Marker(task.Id), cgroup).Kill(leader: 0);
        killed |= new ProcessGroup(Marker(task.Id), cgroup: null).Kill(leader: 0);
        if (killed)
        {
            ExecutorLog.LeftoversKilled(runtime.Logger, task.Name);
        }

        if (cgroup is not null)
        {
            await runtime.RemoveAsync(cgroup);
        }

        return killed;
    }

    /// <summary>The cgroup that a process of an earlier life is in; null when it is in none of ours.</summary>
    internal static TaskCgroup? FindCgroup(SwarmTask task, int pid, ProcessRuntime runtime)
    {
        var cgroup = MakeCgroup(task, runtime);
        if (cgroup is null || cgroup.Members().Contains(pid))
        {
            return cgroup;
        }

        cgroup.TryRemove();
        return null;
    }

    /// <summary>The amount of a resource that a task is limited to; 0 means none.</summary>
    internal static long Amount(ResourceLimits limits, string resource) => resource switch
    {
        "cpu" => limits.NanoCpus,
        "memory" => limits.MemoryBytes,
        _ => limits.Pids,
    };
}
