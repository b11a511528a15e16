using Swarm.Control;
using Swarm.Storage;

namespace Swarm.Dashboard;

/// <summary>Makes documents of the whole swarm.</summary>
internal static class SnapshotView
{
    public static SnapshotDocument Of(
        ClusterView view,
        StatusDocument status,
        DashboardOptions options,
        IReadOnlyList<EventDocument> events,
        IReadOnlyList<SampleDocument> samples) => new(
            view.Version.Index,
            status,
            options.AllowActions,
            options.ShowLogs,
            view.Tasks.Count > options.MaxTasks ? view.Tasks.Count : 0,
            [.. view.Nodes.Select(ObjectViews.Of)],
            [.. view.Services.Select(ObjectViews.Of)],
            Tasks(view, options.MaxTasks),
            [.. view.Networks.Select(ObjectViews.Of)],
            events,
            samples);

    public static StatusDocument StatusOf(ISwarmWindow window)
    {
        var view = window.Store?.Current;
        var quorum = window.Quorum;
        return new StatusDocument(
            ObjectViews.Lower(window.State),
            ObjectViews.Text(window.Error),
            window.Self.ToString(),
            ObjectViews.Text(view?.Cluster?.Spec.Name),
            ObjectViews.Text(quorum.Leader.Value),
            quorum.Term,
            quorum.Managers.IsEmpty
                ? null
                : [.. quorum.Managers.Select(manager => new ManagerDocument(
                    manager.Node.ToString(),
                    manager.Status.Address,
                    manager.Status.Leader,
                    manager.Status.Reachability == Reachability.Reachable))],
            view?.Secrets.Count ?? 0,
            view?.Configs.Count ?? 0);
    }

    /// <summary>A task, without the image of its service where it is the same.</summary>
    public static TaskDocument TaskOf(ClusterView view, SwarmTask task) => ObjectViews.Of(task, ImageOf(view, task));

    private static List<TaskDocument> Tasks(ClusterView view, int limit)
    {
        // Where not all fit, those that are wanted come first.
        var tasks = view.Tasks.Count <= limit
            ? view.Tasks
            : view.Tasks.Where(IsCurrent).Concat(view.Tasks.Where(task => !IsCurrent(task))).Take(limit);
        return [.. tasks.Select(task => TaskOf(view, task))];
    }

    private static bool IsCurrent(SwarmTask task) =>
        task.DesiredState <= TaskState.Running || task.Status.State <= TaskState.Running;

    private static string? ImageOf(ClusterView view, SwarmTask task) => task.ServiceId.IsEmpty
        ? null
        : (view.Services.Find(task.ServiceId.Value)?.Spec.TaskTemplate.Workload as ContainerSpec)?.Image;
}
