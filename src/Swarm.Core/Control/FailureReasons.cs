using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Finds out why something failed, from the tasks that are left of it.</summary>
internal static class FailureReasons
{
    /// <summary>
    /// What stopped a rollout: the error of the task that its message names, else of the last task that failed. Empty
    /// when there is none.
    /// </summary>
    public static string OfRollout(ClusterView view, Service service, string message)
    {
        var named = message.Split(' ').Select(view.Tasks.Find).OfType<SwarmTask>().FirstOrDefault();
        return named is { Status.Error.Length: > 0 } ? Describe(named) : LastOf(view.Tasks.OfService(service.Id));
    }

    /// <summary>The last failure among some tasks; empty when none failed.</summary>
    public static string LastOf(IEnumerable<SwarmTask> tasks) =>
        tasks
            .Where(task => task.Status is { State: TaskState.Failed or TaskState.Rejected, Error.Length: > 0 })
            .MaxBy(task => (task.Status.AppliedAt ?? task.Status.Timestamp, task.Id.Value)) is { } last
            ? Describe(last)
            : "";

    private static string Describe(SwarmTask task) => $"task {task.Id}: {task.Status.Error}";
}
