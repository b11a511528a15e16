using Swarm.Orchestration;
using Swarm.Orchestration.Global;
using Swarm.Storage;

namespace Swarm.Testing;

/// <summary>Compares what services ask for with what is, in the leader's store and on the machines.</summary>
internal sealed class Convergence(SwarmTestCluster cluster)
{
    private readonly ClusterView _view = cluster.View;

    /// <summary>The first thing that is missing or too much; null when all is as asked.</summary>
    public string? FindGap() => _view.Services.Select(FindGap).FirstOrDefault(gap => gap is not null)
        ?? FindStray()
        ?? FindDifference();

    private string? FindGap(Service service)
    {
        SwarmTask[] tasks = [.. _view.Tasks.OfService(service.Id)];
        var gap = service.RolloutStatus?.State is RolloutState.Updating or RolloutState.RollbackStarted
            ? $"{service.Spec.Name} is being updated"
            : service.Spec.Mode switch
            {
                ReplicatedJobMode job => FindGap(service, tasks, job),
                GlobalJobMode => Completed(service, tasks) is var done && done >= OpenNodes(service)
                    ? null
                    : $"{service.Spec.Name} has completed on {done} of {OpenNodes(service)} nodes",
                ReplicatedMode replicated => FindGap(service, tasks, (int)replicated.Replicas),
                _ => FindGap(service, tasks, OpenNodes(service)),
            };
        return gap is null ? null : $"{gap}\n{TaskLaws.Describe(tasks)}";
    }

    private string? FindGap(Service service, SwarmTask[] tasks, int expected)
    {
        var name = service.Spec.Name;
        SwarmTask[] wanted = [.. tasks.Where(TaskGoal.IsWanted)];
        if (wanted.Length != expected && !MayRest(service))
        {
            return $"{name} has {wanted.Length} tasks instead of {expected}";
        }

        if (wanted.DistinctBy(task => SlotKey.Of(task, service)).Count() < wanted.Length)
        {
            return $"{name} has slots with several tasks";
        }

        return Array.Find(wanted, task => task.Status.State != TaskState.Running) is { } waits
            ? $"{name}.{waits.Slot} is {waits.Status.State}: {waits.Status.Message} {waits.Status.Error}"
            : !IsPaused(service) && Array.Exists(wanted, new DirtyCheck(service, _view).IsDirty)
                ? $"{name} has tasks of an older spec"
                : null;
    }

    private string? FindGap(Service service, SwarmTask[] tasks, ReplicatedJobMode job)
    {
        var done = Completed(service, tasks);
        var away = tasks.Count(task => MayYetComplete(service, task));
        return done + away == job.TotalCompletions || (away > 0 && away == job.MaxConcurrent)
            ? null
            : $"{service.Spec.Name} has completed {done} of {job.TotalCompletions} times";
    }

    // Tasks whose policy lets them rest fill their slots although they have ended.
    private static bool MayRest(Service service) => service.Spec.TaskTemplate.Restart
        is { Condition: not RestartCondition.Any } or { MaxAttempts: > 0 };

    private static bool IsPaused(Service service) =>
        service.RolloutStatus?.State is RolloutState.Paused or RolloutState.RollbackPaused;

    private static int Completed(Service service, SwarmTask[] tasks) => tasks.Count(task =>
        task.JobIteration == service.JobStatus?.Iteration && task.Status.State == TaskState.Complete);

    // What a lost node does is not known, and is not done twice.
    private bool MayYetComplete(Service service, SwarmTask task) =>
        task.JobIteration == service.JobStatus?.Iteration
        && TaskGoal.IsWanted(task)
        && task.Status.State < TaskState.Complete
        && _view.Nodes.Find(task.NodeId.ToString()) is { Status.State: NodeState.Down };

    private int OpenNodes(Service service) => _view.Nodes.Count(node => GlobalReconciler.IsOpen(service, node));

    private string? FindStray() => cluster.Nodes.Select(FindStray).FirstOrDefault(gap => gap is not null);

    // The managers know which machines are there; those run what the store says and nothing else.
    private string? FindStray(TestNode node)
    {
        if (_view.Nodes.Find(node.Id.Value) is not { } known)
        {
            return null;
        }

        var isThere = node.IsRunning && cluster.Managers.Any(manager => manager.IsRunning
            && cluster.Network.IsOpen(node, manager)
            && cluster.Network.IsOpen(manager, cluster.Leader));
        if (isThere != (known.Status.State == NodeState.Ready))
        {
            return $"{node.Name} is {(isThere ? "there" : "away")}, and {known.Status.State} for the managers";
        }

        var runs = node.Running.Select(task => task.Id).ToHashSet();
        var told = _view.Tasks.OnNode(node.Id)
            .Where(task => task.Status.State == TaskState.Running)
            .Select(task => task.Id)
            .ToHashSet();
        return !isThere || runs.SetEquals(told)
            ? null
            : $"{node.Name} runs {runs.Count} tasks, and the managers know of {told.Count}: "
                + string.Join(", ", runs.Except(told).Concat(told.Except(runs)));
    }

    // Every manager that is up comes to have what the leader has.
    private string? FindDifference() => cluster.Managers
        .Where(node => node.IsRunning)
        .Select(node => (node.Name, node.Process!.Manager!.Store.Current.Version))
        .Where(manager => manager.Version != _view.Version)
        .Select(manager => $"{manager.Name} is at entry {manager.Version}, the leader at {_view.Version}")
        .FirstOrDefault();
}
