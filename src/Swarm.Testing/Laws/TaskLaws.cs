using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Testing;

/// <summary>Laws over the tasks of a service or a node; each says what is broken, or null.</summary>
internal static class TaskLaws
{
    /// <summary>Tasks of a slot beyond its history that may wait for the reaper, and for nodes that are away.</summary>
    private const int HistorySlack = 32;

    /// <summary>States only move forward, and a task stays where it was put.</summary>
    public static string? Progress(SwarmTask before, SwarmTask after)
    {
        if (after.DesiredState < before.DesiredState)
        {
            return $"the desired state of {Name(after)} went back from {before.DesiredState} to {after.DesiredState}";
        }

        if (after.Status.State < before.Status.State)
        {
            return $"the state of {Name(after)} went back from {before.Status.State} to {after.Status.State}";
        }

        return before.NodeId.IsEmpty || before.NodeId == after.NodeId ? null : $"{Name(after)} changed its node";
    }

    /// <summary>A slot is filled once, or twice while it is replaced.</summary>
    public static string? Slots(Service service, IEnumerable<SwarmTask> tasks)
    {
        var most = service.Spec.Mode.IsJob ? 1 : 2;
        foreach (var slot in tasks
            .Where(task => TaskGoal.IsWanted(task) && task.JobIteration == service.JobStatus?.Iteration)
            .GroupBy(task => SlotKey.Of(task, service)))
        {
            if (slot.Key is { IsGlobal: true } && slot.First().NodeId.IsEmpty)
            {
                continue;
            }

            if (slot.Count() > most)
            {
                return $"{slot.Count()} tasks fill slot {Name(slot.Key)} of {service.Spec.Name}:\n{Describe(slot)}";
            }
        }

        return null;
    }

    /// <summary>A job completes as often as it should and no oftener, each slot once.</summary>
    public static string? Completions(Service service, IEnumerable<SwarmTask> tasks)
    {
        if (service.Spec.Mode is not ReplicatedJobMode job)
        {
            return null;
        }

        SwarmTask[] done = [.. tasks.Where(task => task.JobIteration == service.JobStatus?.Iteration
            && task.Status.State == TaskState.Complete)];
        if (done.Length > job.TotalCompletions)
        {
            return $"{service.Spec.Name} completed {done.Length} times";
        }

        var slots = done.DistinctBy(task => task.Slot).Count();
        return slots < done.Length ? $"a slot of {service.Spec.Name} completed twice" : null;
    }

    /// <summary>The history of a slot is bounded.</summary>
    public static string? History(Service service, IEnumerable<SwarmTask> tasks, long limit)
    {
        if (limit < 0 || service.Spec.Mode.IsJob)
        {
            return null;
        }

        var longest = tasks
            .GroupBy(task => SlotKey.Of(task, service))
            .Where(slot => slot.Key.IsGlobal || slot.Key.Number > 0)
            .Select(slot => slot.Count(task => task.Status.State > TaskState.Running))
            .DefaultIfEmpty(0)
            .Max();
        return longest > limit + HistorySlack
            ? $"a slot of {service.Spec.Name} keeps {longest} tasks that ended"
            : null;
    }

    /// <summary>Healthy never below the replicas with start-first, running never above with stop-first.</summary>
    public static string? UpdateBounds(Service service, IReadOnlyCollection<SwarmTask> tasks)
    {
        if (service is not { Spec: { Mode: ReplicatedMode mode, Update: { } policy } })
        {
            return null;
        }

        var running = tasks.Count(task => task.Status.State == TaskState.Running);
        var healthy = tasks.Count(task => task.Status.State == TaskState.Running && TaskGoal.IsWanted(task));
        return policy.Order == UpdateOrder.StartFirst ? healthy >= mode.Replicas ? null : Text("healthy", healthy)
            : running <= mode.Replicas ? null : Text("running", running);

        string Text(string what, int count) =>
            $"{policy.Order} of {service.Spec.Name}: {count} tasks are {what} of {mode.Replicas} replicas; "
            + $"{service.RolloutStatus}\n{Describe(tasks)}";
    }

    /// <summary>What the tasks of a node reserve, it has.</summary>
    public static string? Reservations(ClusterView view, NodeId id)
    {
        if (view.Nodes.Find(id.Value)?.Description?.Resources is not { } has)
        {
            return null;
        }

        var (cpus, memory) = (0L, 0L);
        foreach (var task in view.Tasks.OnNode(id))
        {
            if (task is { Status.State: >= TaskState.Assigned and <= TaskState.Running }
                && task.Spec.Resources?.Reservations is { } reserved)
            {
                cpus += reserved.NanoCpus;
                memory += reserved.MemoryBytes;
            }
        }

        return cpus > has.NanoCpus || memory > has.MemoryBytes
            ? $"node {id} has {cpus} of {has.NanoCpus} ns of CPU and {memory} of {has.MemoryBytes} bytes reserved"
            : null;
    }

    public static string Describe(IEnumerable<SwarmTask> tasks) => string.Join('\n', tasks
        .OrderBy(task => task.Slot)
        .ThenBy(task => task.CreatedAt)
        .Select(task => $"  {Name(task)} {(task.Spec.Workload as ContainerSpec)?.Image} of spec "
            + $"{task.SpecVersion?.Index} on {task.NodeId.Value} is {task.Status.State}, wanted {task.DesiredState}, created "
            + $"{task.CreatedAt:HH:mm:ss.fff} {task.Status.Error}"));

    private static string Name(SwarmTask task) => $"{task.ServiceAnnotations.Name}.{task.Slot}.{task.Id.Value[..5]}";

    private static string Name(SlotKey slot) => slot.IsGlobal ? slot.Node.Value : $"{slot.Number}";
}
