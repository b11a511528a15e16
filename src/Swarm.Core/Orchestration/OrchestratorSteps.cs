using Swarm.Orchestration.Global;
using Swarm.Orchestration.Jobs;
using Swarm.Orchestration.Rebalance;
using Swarm.Orchestration.Replicated;
using Swarm.Orchestration.Rollout;
using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>The two steps of a tick: first single tasks, then, on a snapshot that has the outcome, services.</summary>
internal static class OrchestratorSteps
{
    // Services beyond this many pieces wait for the next step, so that single tasks get their turn in between.
    private const int MaxWrites = 2 * ReplicatedReconciler.MaxNewTasks;

    /// <summary>Deletions, starts that are due, and tasks to be replaced.</summary>
    public static IReadOnlyList<StoreWrite> TaskStep(Tick tick, OrchestratorState state)
    {
        var writes = new List<StoreWrite>();
        foreach (var service in state.Pending.RemovedServices)
        {
            state.Forget(service);
            AddRemovedService(tick.View, service, writes);
        }

        foreach (var node in state.Pending.RemovedNodes)
        {
            AddRemovedNode(tick.View, node, writes);
        }

        foreach (var task in state.Restarts.Starts.TakeDue(tick.View, tick.Now))
        {
            if (tick.View.Tasks.Find(task) is { } start)
            {
                writes.Add(TaskWrite.Move(task, TaskGoal.Of(start)));
            }
        }

        state.Pending.Tasks.UnionWith(state.Disconnects.TakeDue(tick.Now));
        foreach (var id in state.Pending.Tasks)
        {
            if (tick.View.Tasks.Find(id) is { } task && Repair(tick, task, state) is { } write)
            {
                writes.Add(write);
            }
        }

        return writes;
    }

    /// <summary>Services that changed, nodes that changed, and rollouts that can move on.</summary>
    public static IReadOnlyList<StoreWrite> ServiceStep(
        Tick tick,
        OrchestratorState state,
        PendingWork next,
        Action<Service, RolloutStep> onHalt)
    {
        var writes = new List<StoreWrite>();
        foreach (var id in state.Pending.Services)
        {
            if (writes.Count >= MaxWrites)
            {
                next.Services.Add(id);
            }
            else if (tick.View.Services.Find(id.Value) is { Spec.Mode.IsJob: true } job)
            {
                JobSteps.Reconcile(tick, job, state, writes);
            }
            else if (tick.View.Services.Find(id.Value) is { } service)
            {
                ReconcileService(tick, service, state, next, writes);
            }
        }

        JobSteps.Step(tick, state, next, MaxWrites, writes);
        foreach (var (service, result) in ReconcileNodes(tick, state, writes))
        {
            writes.AddRange(result.Writes);
            Extend(tick, service, result.DirtySlots, state, writes);
        }

        StepRollouts(tick, state, next, onHalt, writes);
        StepMoves(tick, state, next, writes);
        return writes;
    }

    private static void StepRollouts(
        Tick tick,
        OrchestratorState state,
        PendingWork next,
        Action<Service, RolloutStep> onHalt,
        List<StoreWrite> writes)
    {
        while (state.RolloutWakes.TryTake(tick.Now, out var due))
        {
            state.Pending.Touched.TryAdd(due, []);
        }

        foreach (var (id, touched) in state.Pending.Touched)
        {
            if (tick.View.Services.Find(id.Value) is { } service
                && state.Rollouts.TryGetValue(id, out var run)
                && run.IsFor(service))
            {
                var step = RolloutPlanner.Step(tick, service, run, touched, state.Restarts);
                writes.AddRange(step.Writes);
                Settle(service.Id, run, step, state, next);
                if (step.IsHalted)
                {
                    onHalt(service, step);
                }
            }
        }
    }

    private static void StepMoves(Tick tick, OrchestratorState state, PendingWork next, List<StoreWrite> writes)
    {
        while (state.Rebalance.Wakes.TryTake(tick.Now, out var due))
        {
            state.Pending.Uneven.Add(due);
        }

        foreach (var id in state.Pending.Uneven)
        {
            var concerned = state.Rebalance.Services.Contains(id) || state.Rebalance.Moves.ContainsKey(id);
            if (concerned
                && tick.View.Services.Find(id.Value) is { Spec.Mode: ReplicatedMode } service
                && Rebalancer.Step(tick, service, state, writes))
            {
                next.Uneven.Add(id);
            }
        }
    }

    private static TaskWrite? Repair(Tick tick, SwarmTask task, OrchestratorState state) =>
        tick.View.Services.Find(task.ServiceId.Value) switch
        {
            null => null,
            var service when state.Disconnects.IsWaitedFor(tick, service, task) => null,
            { Spec.Mode: ReplicatedMode } service => ReplicatedReconciler.Repair(tick, service, task, state.Restarts),
            { Spec.Mode: GlobalMode } service => GlobalReconciler.Repair(tick, service, task, state.Restarts),
            var job => JobTasks.Repair(tick, job, task, state.Restarts),
        };

    private static void AddRemovedService(ClusterView view, ServiceId service, List<StoreWrite> writes)
    {
        foreach (var task in view.Tasks.OfService(service))
        {
            if (task.DesiredState < TaskState.Remove)
            {
                writes.Add(TaskWrite.Move(task.Id, TaskState.Remove));
            }
        }
    }

    private static void AddRemovedNode(ClusterView view, NodeId node, List<StoreWrite> writes)
    {
        foreach (var task in view.Tasks.OnNode(node))
        {
            if (!task.ServiceId.IsEmpty
                && view.Services.Find(task.ServiceId.Value) is { Spec.Mode: GlobalMode or GlobalJobMode })
            {
                writes.Add(TaskWrite.Remove(task.Id));
            }
        }
    }

    private static void ReconcileService(
        Tick tick,
        Service service,
        OrchestratorState state,
        PendingWork next,
        List<StoreWrite> writes)
    {
        var history = state.Restarts.History;
        var result = service.Spec.Mode is GlobalMode
            ? GlobalReconciler.Reconcile(tick, service, history, state.Disconnects)
            : ReplicatedReconciler.Reconcile(tick, service, history);
        writes.AddRange(result.Writes);
        if (result.HasMore)
        {
            next.Services.Add(service.Id);
        }

        if (!(state.Rollouts.TryGetValue(service.Id, out var run) && run.IsFor(service)))
        {
            Start(tick, service, result.DirtySlots, state, writes);
        }
    }

    private static IEnumerable<(Service Service, ReconcileResult Result)> ReconcileNodes(
        Tick tick,
        OrchestratorState state,
        List<StoreWrite> writes)
    {
        var slots = state.Pending.Slots
            .Concat(state.Pending.Nodes.SelectMany(
                node => state.GlobalServices.Select(service => SlotKey.OnNode(service, node))))
            .Where(slot => !state.Pending.Services.Contains(slot.Service))
            .GroupBy(slot => slot.Node);
        foreach (var node in slots)
        {
            var there = tick.View.Tasks.OnNode(node.Key).ToLookup(task => task.ServiceId);
            foreach (var slot in node.Distinct())
            {
                var found = tick.View.Services.Find(slot.Service.Value);
                if (found is { Spec.Mode: GlobalJobMode } job
                    && tick.View.Nodes.Find(slot.Node.ToString()) is { } place)
                {
                    GlobalJobReconciler.Visit(tick, job, place, there[slot.Service], state, writes);
                }
                else if (found is { Spec.Mode: GlobalMode } service)
                {
                    yield return (service, GlobalReconciler.Reconcile(
                        tick,
                        service,
                        slot.Node,
                        there[slot.Service],
                        state.Restarts.History,
                        state.Disconnects));
                }
            }
        }
    }

    private static void Extend(
        Tick tick,
        Service service,
        IReadOnlyList<SlotKey> dirtySlots,
        OrchestratorState state,
        List<StoreWrite> writes)
    {
        if (dirtySlots.Count == 0)
        {
            return;
        }

        if (state.Rollouts.TryGetValue(service.Id, out var run) && run.IsFor(service))
        {
            run.Add(dirtySlots);
            state.Pending.Touched.TryAdd(service.Id, []);
        }
        else
        {
            Start(tick, service, dirtySlots, state, writes);
        }
    }

    private static void Start(
        Tick tick,
        Service service,
        IReadOnlyList<SlotKey> dirtySlots,
        OrchestratorState state,
        List<StoreWrite> writes)
    {
        state.EndRollout(service.Id);
        if (RolloutPlanner.Begin(tick, service, dirtySlots, writes) is { } run)
        {
            state.Rollouts.Add(service.Id, run);
            state.Pending.Touched[service.Id] = [];
        }
    }

    private static void Settle(
        ServiceId service,
        RolloutRun run,
        RolloutStep step,
        OrchestratorState state,
        PendingWork next)
    {
        if (step.IsCompleted)
        {
            // Another look: a slot whose new task failed beside its old one is still to be finished.
            state.EndRollout(service);
            next.Services.Add(service);
            if (state.Rebalance.Services.Contains(service))
            {
                next.Uneven.Add(service);
            }
        }
        else if (run.Wake is { } wake)
        {
            state.RolloutWakes.Set(service, wake);
        }
        else
        {
            state.RolloutWakes.Remove(service);
        }
    }
}
