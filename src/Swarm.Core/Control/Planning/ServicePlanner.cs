using Swarm.Identity;
using Swarm.Orchestration;
using Swarm.Orchestration.Global;
using Swarm.Orchestration.Jobs;
using Swarm.Orchestration.Replicated;
using Swarm.Orchestration.Restart;
using Swarm.Scheduling;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>
/// Works out what a create or update would do, by the very steps that would do it, on a snapshot that nobody else sees.
/// </summary>
internal static class ServicePlanner
{
    public static ServicePlan Plan(ClusterView view, ServiceSpec spec, DateTimeOffset now, IIdGenerator ids)
    {
        var stamp = new ObjectVersion(view.Version.Index + 1);
        var transaction = new StoreTransaction(view, stamp, now);
        Service service;
        Service? current = null;
        try
        {
            ServiceSpecValidator.Validate(spec);
            current = transaction.Services.FindByName(spec.Name);
            service = current is null
                ? ServiceChanges.Create(transaction, new ServiceId(ids.Next()), spec)
                : ServiceChanges.Update(transaction, current.Id, current.Version, spec);
        }
        catch (SwarmException exception)
        {
            return new ServicePlan { Kind = ServicePlanKind.Refused, Conflicts = [exception.Message] };
        }

        if (service.Spec == current?.Spec && !service.Spec.Mode.IsJob)
        {
            return new ServicePlan { Kind = ServicePlanKind.Nothing };
        }

        var tick = new Tick(transaction.ToView(stamp), now, ids);
        var steps = Reconcile(tick, service);
        return Preview(tick, service, steps) with
        {
            Kind = current is null ? ServicePlanKind.Create : ServicePlanKind.Update,
        };
    }

    private static ReconcileResult Reconcile(Tick tick, Service service)
    {
        var history = new RestartHistory();
        switch (service.Spec.Mode)
        {
            case ReplicatedMode:
                return ReplicatedReconciler.Reconcile(tick, service, history);
            case GlobalMode:
                return GlobalReconciler.Reconcile(tick, service, history);
            case GlobalJobMode:
                return new ReconcileResult(GlobalJobReconciler.Reconcile(tick, service, new OrchestratorState()), []);
            default:
                var writes = new List<StoreWrite>();
                var book = ReplicatedJobReconciler.Open(tick, service, history, writes);
                ReplicatedJobReconciler.Step(tick, service, book, [], history, writes);
                return new ReconcileResult(writes, []);
        }
    }

    private static ServicePlan Preview(Tick tick, Service service, ReconcileResult result)
    {
        var writes = result.Writes.OfType<TaskWrite>().ToArray();
        var stopped = writes.SelectMany(write => write.Moved).ToHashSet();
        var started = writes.Select(write => write.Created).OfType<SwarmTask>().ToList();
        foreach (var slot in result.DirtySlots)
        {
            started.Add(TaskTemplate.NewTask(tick, service, slot, TaskState.Running));
            stopped.UnionWith(slot.TasksIn(tick.View).Where(TaskGoal.IsWanted).Select(task => task.Id));
        }

        var plan = Place(tick, service, started, stopped);
        var missing = service.Spec.Mode is ReplicatedMode mode && result.HasMore
            ? mode.Replicas - started.Count - tick.View.Tasks.OfService(service.Id).Count(TaskGoal.IsWanted)
            : 0;
        return new ServicePlan
        {
            Kind = ServicePlanKind.Update,
            TasksToStart = started.Count + Math.Max(0, missing),
            TasksToStop = stopped.Count,
            SlotsToReplace = result.DirtySlots.Count,
            Placements = plan.Assigned
                .CountBy(placement => placement.Node)
                .OrderBy(node => node.Key.Value, StringComparer.Ordinal)
                .Select(node => new PlannedPlacement(node.Key, HostnameOf(tick.View, node.Key), node.Value))
                .ToValueList(),
            Unplaced = plan.Unplaced
                .CountBy(task => task.Explanation.ToString())
                .Select(reason => new PlannedShortage(reason.Value, reason.Key))
                .ToValueList(),
        };
    }

    private static SchedulingPlan Place(
        Tick tick,
        Service service,
        IEnumerable<SwarmTask> started,
        HashSet<TaskId> stopped)
    {
        // Tasks of start-first updates need their place while the old ones still have theirs.
        var leaving = service.Spec.Update?.Order == UpdateOrder.StartFirst ? [] : stopped;
        var nodes = tick.View.Nodes.Select(node => new NodeView(
            node,
            tick.View.Tasks.OnNode(node.Id).Where(task => !leaving.Contains(task.Id))));
        var endpoint = new ServiceEndpoint
        {
            Spec = service.Spec.Endpoint,
            Ports = service.Spec.Endpoint?.Ports ?? default,
        };
        var volumes = VolumeBook.Of(tick.View, leaving);
        return new Scheduler().Schedule(nodes, started.Select(task => task with { Endpoint = endpoint }), volumes);
    }

    private static string HostnameOf(ClusterView view, NodeId node) =>
        view.Nodes.Find(node.Value)?.Description?.Hostname ?? "";
}
