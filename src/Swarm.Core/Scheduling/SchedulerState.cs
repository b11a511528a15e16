using Swarm.Storage;

namespace Swarm.Scheduling;

/// <summary>
/// What the scheduler knows: load and reservations per node, and the tasks that wait. Built from a snapshot, kept up to
/// date change by change; at rest it depends on the stored objects only.
/// </summary>
internal sealed class SchedulerState(SchedulerOptions options, TimeProvider time)
{
    private readonly Dictionary<string, NodeView> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<TaskId> _preassigned = [];
    private SwarmTaskStatus? _confirmed;
    private SwarmTaskStatus? _assigned;

    public SchedulerState(SchedulerOptions options, TimeProvider time, ClusterView view)
        : this(options, time)
    {
        foreach (var node in view.Nodes)
        {
            SetNode(node);
        }

        var global = view.Services
            .Where(service => service.Spec.Mode is GlobalMode or GlobalJobMode)
            .Select(service => service.Id)
            .ToHashSet();
        foreach (var volume in view.Volumes)
        {
            Volumes.Set(volume);
        }

        foreach (var task in view.Tasks)
        {
            Add(task);
            if (!task.NodeId.IsEmpty && global.Contains(task.ServiceId))
            {
                _preassigned.Add(task.Id);
            }
        }
    }

    public SchedulerOptions Options { get; } = options;

    public ServiceLoads Loads { get; } = new();

    public LoadOrder Order { get; } = new();

    public VolumeBook Volumes { get; init; } = new();

    public FailureLog Failures { get; } = new(options.FailureLookback);

    public PendingTasks Pending { get; } = new();

    /// <summary>True when something has changed that may let a task be placed.</summary>
    public bool IsPassDue { get; set; }

    public NodeView? FindNode(NodeId id) =>
        _nodes.TryGetValue(id.Value, out var node) && node.IsPresent ? node : null;

    /// <summary>Adds a node with what it carries, for planning without a store.</summary>
    public void Import(NodeView view)
    {
        var node = new NodeView(view, Loads) { IsPresent = true, Volumes = Volumes };
        _nodes.Add(node.Node.Id.Value, node);
        Order.Add(node);
        Failures.Import(node);
    }

    public void Apply(ObjectChange change)
    {
        switch (change.Current)
        {
            case SwarmTask task:
                ApplyTask((SwarmTask?)change.Previous, change.Change == ChangeKind.Removed ? null : task);
                break;
            case Node node when change.Change == ChangeKind.Removed:
                RemoveNode(node);
                break;
            case Node node:
                SetNode(node);
                break;
            case Volume volume:
                ApplyVolume((Volume?)change.Previous, change.Change == ChangeKind.Removed ? null : volume);
                break;
            default:
                break;
        }
    }

    /// <summary>Sets aside what a task needs on the node chosen for it.</summary>
    public Reservation Reserve(NodeView node, SwarmTask task, ServiceLoad load)
    {
        var wanted = task.Spec.Resources?.Reservations?.Generic ?? default;
        var generic = wanted.IsEmpty ? default : node.ChooseGeneric(wanted);
        var volumes = default(ValueList<VolumeAttachment>);
        if (VolumeBook.IsWantedBy(task) && Volumes.TryChoose(VolumeBook.MountsOf(task), node.Node, out volumes))
        {
            Volumes.Take(task, node.Node.Id, volumes);
        }

        Occupy(node, task, TaskUse.Of(task, generic), load);
        return new Reservation(task, node, generic, volumes);
    }

    /// <summary>Names the statuses of the last pass: changes that carry them are reserved already.</summary>
    public void ExpectOwn(SwarmTaskStatus confirmed, SwarmTaskStatus assigned) =>
        (_confirmed, _assigned) = (confirmed, assigned);

    public void Undo(in Reservation reservation) =>
        Vacate(reservation.Node, reservation.Task, TaskUse.Of(reservation.Task, reservation.Generic));

    /// <summary>Notes that something has become free on a node.</summary>
    public void Relieve(NodeId node)
    {
        if (!Pending.IsEmpty)
        {
            Pending.Relieved.Add(node);
            IsPassDue = true;
        }
    }

    private void ApplyTask(SwarmTask? before, SwarmTask? after)
    {
        if (before is not null && after is not null && TaskUse.Occupies(before) && TakesUpTheSame(before, after))
        {
            return;
        }

        if (before is not null && after is not null && !TaskUse.Occupies(before) && IsOwn(after))
        {
            Pending.Remove(before);
            return;
        }

        if (before is not null && TaskUse.Occupies(before))
        {
            var node = _nodes[before.NodeId.Value];
            NoteFailure(node, before, after);
            Vacate(node, before, TaskUse.Of(before));
            Drop(node);
            if (after is null || !TaskUse.Occupies(after) || TaskUse.IsActive(before) != TaskUse.IsActive(after))
            {
                Relieve(before.NodeId);
            }

        }

        if (before is not null
            && PendingTasks.Waits(before)
            && (after is null || !PendingTasks.StaysPut(before, after)))
        {
            Pending.Remove(before);
        }

        if (after is not null)
        {
            Add(after);
        }

        if (after is null || after.Status.State > TaskState.Running)
        {
            _preassigned.Remove((after ?? before)!.Id);
        }
    }

    private void Add(SwarmTask task)
    {
        if (TaskUse.Occupies(task))
        {
            Occupy(NodeOf(task.NodeId), task, TaskUse.Of(task));
            Volumes.Take(task, task.NodeId, task.Volumes);
        }
        else if (PendingTasks.Waits(task))
        {
            IsPassDue |= Pending.Set(task);
        }

        if (!task.NodeId.IsEmpty && task.Status.State < TaskState.Assigned)
        {
            _preassigned.Add(task.Id);
        }
    }

    // Tasks bound to their node from the start would fail there again anyway.
    private void NoteFailure(NodeView node, SwarmTask before, SwarmTask? after)
    {
        if (after?.Status.State is TaskState.Failed or TaskState.Rejected && !_preassigned.Contains(before.Id))
        {
            Failures.Record(ServiceRevision.Of(before), node, time.GetUtcNow());
        }
    }

    private void SetNode(Node node)
    {
        var view = NodeOf(node.Id);
        if (!view.IsPresent)
        {
            view.IsPresent = true;
            Order.Add(view);
        }
        else if (view.Node.Spec.Labels != node.Spec.Labels
            || view.Node.Description?.Engine?.Labels != node.Description?.Engine?.Labels)
        {
            Order.Relabel();
        }

        var matters = MattersToTasks(view.Node, node);
        view.Update(node);
        Order.Touch(view);
        if (matters)
        {
            TryAgain();
        }
    }

    private void ApplyVolume(Volume? before, Volume? after)
    {
        if (after is null)
        {
            Volumes.Remove(before!.Id);
            return;
        }

        Volumes.Set(after);
        if (before?.Spec != after.Spec || before.Info != after.Info)
        {
            TryAgain();
        }
    }

    private void TryAgain()
    {
        Pending.TryAll = true;
        IsPassDue |= !Pending.IsEmpty;
    }

    private static bool MattersToTasks(Node before, Node after) =>
        before.Status.State != after.Status.State
        || before.Status.Address != after.Status.Address
        || before.Spec != after.Spec
        || before.Role != after.Role
        || before.Description != after.Description;

    private void RemoveNode(Node node)
    {
        if (FindNode(node.Id) is { } view)
        {
            Order.Remove(view);
            view.IsPresent = false;
            Pending.TryAll = true;
            Drop(view);
        }
    }

    // A task may be known before its node and outlive it; what it takes up is remembered until it ends.
    private NodeView NodeOf(NodeId id)
    {
        if (!_nodes.TryGetValue(id.Value, out var view))
        {
            _nodes.Add(id.Value, view = new NodeView(new Node { Id = id }, Loads) { Volumes = Volumes });
        }

        return view;
    }

    private void Drop(NodeView view)
    {
        if (!view.IsPresent && view.Occupants == 0)
        {
            _nodes.Remove(view.Node.Id.Value);
        }
    }

    private void Occupy(NodeView node, SwarmTask task, in TaskUse use, ServiceLoad? load = null)
    {
        node.Take(use);
        node.Occupants++;
        if (TaskUse.IsActive(task))
        {
            node.ChangeActive(load ?? Loads.Of(task.ServiceId), 1);
            Order.Touch(node);
        }
    }

    private void Vacate(NodeView node, SwarmTask task, in TaskUse use)
    {
        // Others may use the volume on any node now.
        if (Volumes.Return(task.Id))
        {
            TryAgain();
        }

        node.Return(use);
        node.Occupants--;
        if (TaskUse.IsActive(task))
        {
            node.ChangeActive(Loads.Of(task.ServiceId), -1);
            Loads.Trim(task.ServiceId);
            Order.Touch(node);
        }
    }

    private bool IsOwn(SwarmTask task) =>
        ReferenceEquals(task.Status, _assigned) || ReferenceEquals(task.Status, _confirmed);

    private static bool TakesUpTheSame(SwarmTask before, SwarmTask after) =>
        TaskUse.Occupies(after)
        && before.NodeId == after.NodeId
        && ReferenceEquals(before.Spec, after.Spec)
        && ReferenceEquals(before.Endpoint, after.Endpoint)
        && before.AssignedGenericResources == after.AssignedGenericResources
        && TaskUse.IsActive(before) == TaskUse.IsActive(after);
}
