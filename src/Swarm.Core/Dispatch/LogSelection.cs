using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>Which tasks a log selector means at one moment.</summary>
internal static class LogSelection
{
    /// <summary>
    /// The tasks in the order of services, nodes, tasks. A reader that does not follow is not made to wait for tasks of
    /// a service that do not run yet.
    /// </summary>
    public static IReadOnlyList<SwarmTask> TasksOf(ClusterView view, LogSelector selector, bool follow)
    {
        var tasks = new OrderedDictionary<TaskId, SwarmTask>();
        foreach (var service in selector.Services)
        {
            AddAll(view.Tasks.OfService(service).Where(task => follow || task.Status.State >= TaskState.Running));
        }

        foreach (var node in selector.Nodes)
        {
            AddAll(view.Tasks.OnNode(node));
        }

        foreach (var id in selector.Tasks)
        {
            if (view.Tasks.Find(id) is { } task)
            {
                tasks.TryAdd(id, task);
            }
        }

        return tasks.Values;

        void AddAll(IEnumerable<SwarmTask> found)
        {
            foreach (var task in found)
            {
                tasks.TryAdd(task.Id, task);
            }
        }
    }
}
