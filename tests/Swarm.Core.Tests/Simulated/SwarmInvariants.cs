using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Core.Tests.Simulated;

/// <summary>What must hold after every change, whatever happens.</summary>
internal sealed class SwarmInvariants(SwarmUnderTest swarm)
{
    private const long NodeNanoCpus = 4_000_000_000;
    private const int HistoryLimit = 5;

    /// <summary>Also hold updates to their bounds: only where nothing but updates happens.</summary>
    public bool WatchesUpdates { get; set; }

    /// <summary>Looks at every transaction since the last time, each on its own.</summary>
    public void Check()
    {
        while (swarm.Feed.TryRead(out var transaction))
        {
            foreach (var change in transaction.Changes)
            {
                if (change is { Change: ChangeKind.Updated, Previous: SwarmTask before, Current: SwarmTask after })
                {
                    CheckProgress(before, after);
                }
            }

            var touched = transaction.Changes.Select(change => change.Current).OfType<SwarmTask>().ToArray();
            foreach (var service in touched.Select(task => task.ServiceId).Distinct())
            {
                CheckSlots(transaction.View, service);
            }

            foreach (var node in touched.Select(task => task.NodeId).Distinct().Where(node => !node.IsEmpty))
            {
                CheckReservations(transaction.View, node);
            }
        }
    }

    /// <summary>What holds once everything is quiet.</summary>
    public void CheckAtRest()
    {
        foreach (var service in swarm.View.Services)
        {
            CheckConverged(service);
            foreach (var slot in swarm.View.Tasks.OfService(service.Id).GroupBy(task => SlotKey.Of(task, service)))
            {
                Require(slot.Count() <= HistoryLimit + 1, $"{slot.Count()} tasks are left in a slot of {service.Spec.Name}");
            }
        }
    }

    private static void CheckProgress(SwarmTask before, SwarmTask after)
    {
        Require(after.DesiredState >= before.DesiredState, $"the desired state of {after.Name} went back");
        Require(after.Status.State >= before.Status.State, $"the state of {after.Name} went back");
        Require(before.NodeId.IsEmpty || before.NodeId == after.NodeId, $"{after.Name} changed its node");
    }

    private void CheckSlots(ClusterView view, ServiceId id)
    {
        if (view.Services.Find(id.Value) is not { } service)
        {
            return;
        }

        var tasks = view.Tasks.OfService(id).ToArray();
        foreach (var slot in tasks.Where(TaskGoal.IsWanted).GroupBy(task => SlotKey.Of(task, service)))
        {
            var most = service.Spec.Mode.IsJob ? 1 : 2;
            var current = slot.Count(task => task.JobIteration == service.JobStatus?.Iteration);
            Require(current <= most, $"{current} tasks fill slot {slot.Key.Number} of {service.Spec.Name}");
        }

        if (service.Spec.Mode is ReplicatedJobMode job)
        {
            var done = tasks.Where(task => task.JobIteration == service.JobStatus?.Iteration
                && task.Status.State == TaskState.Complete).ToArray();
            Require(done.Length <= job.TotalCompletions, $"{service.Spec.Name} completed too often");
            Require(done.Select(task => task.Slot).Distinct().Count() == done.Length, "a slot completed twice");
        }

        if (WatchesUpdates && service is { Spec: { Mode: ReplicatedMode mode, Update: { } policy }, PreviousSpec: not null })
        {
            var running = tasks.Count(task => task.Status.State == TaskState.Running);
            var healthy = tasks.Count(task => task.Status.State == TaskState.Running && TaskGoal.IsWanted(task));
            var bounded = policy.Order == UpdateOrder.StartFirst ? healthy >= mode.Replicas : running <= mode.Replicas;
            Require(
                bounded,
                $"{policy.Order}: {running} run and {healthy} stay of {mode.Replicas}; {service.RolloutStatus}\n"
                + string.Join('\n', tasks.Select(Describe)));
        }
    }

    private static void CheckReservations(ClusterView view, NodeId node)
    {
        var reserved = view.Tasks.OnNode(node)
            .Where(task => task.Status.State is >= TaskState.Assigned and <= TaskState.Running)
            .Sum(task => task.Spec.Resources?.Reservations?.NanoCpus ?? 0);
        Require(reserved <= NodeNanoCpus, $"node {node} has {reserved} reserved");
    }

    private void CheckConverged(Service service)
    {
        var name = service.Spec.Name;
        var wanted = swarm.View.Tasks.OfService(service.Id).Where(TaskGoal.IsWanted).ToArray();
        switch (service.Spec.Mode)
        {
            case ReplicatedJobMode job:
                var done = wanted.Count(task => task.JobIteration == service.JobStatus!.Iteration
                    && task.Status.State == TaskState.Complete);
                Require(done == job.TotalCompletions, $"{name}: {done} of {job.TotalCompletions} completed");
                return;
            case GlobalJobMode:
                Require(
                    wanted.Count(task => task.JobIteration == service.JobStatus!.Iteration) == swarm.View.Nodes.Count
                    && wanted.All(task => task.Status.State == TaskState.Complete),
                    $"{name} has not completed everywhere");
                return;
        }

        var expected = service.Spec.Mode is ReplicatedMode replicated ? replicated.Replicas : swarm.View.Nodes.Count;
        var dirty = new DirtyCheck(service, swarm.View);
        Require(wanted.Length == expected, $"{name} has {wanted.Length} tasks instead of {expected}");
        Require(
            wanted.Select(task => SlotKey.Of(task, service)).Distinct().Count() == wanted.Length,
            $"{name} has slots with several tasks");
        foreach (var task in wanted)
        {
            Require(task.Status.State == TaskState.Running, $"{task.Name} is {task.Status.State} {task.Status.Error}");
            Require(!dirty.IsDirty(task), $"{task.Name} is not as asked for");
        }
    }

    private static string Describe(SwarmTask task) =>
        $"{task.Slot} {task.Id.Value[..4]} {((ContainerSpec)task.Spec.Workload!).Image} version {task.SpecVersion?.Index} "
        + $"{task.CreatedAt:mm:ss.fff} is {task.Status.State} wants {task.DesiredState}";

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
