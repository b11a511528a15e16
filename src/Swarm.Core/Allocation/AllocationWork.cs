using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>What the changes since the last pass ask of the allocator.</summary>
internal sealed class AllocationWork
{
    private readonly Dictionary<ServiceId, Service> _changed = [];
    private readonly HashSet<ServiceId> _allocated = [];
    private readonly List<TaskId> _tasks = [];
    private readonly HashSet<TaskId> _seen = [];

    /// <summary>The store after the last of the changes.</summary>
    public ClusterView? View { get; private set; }

    public List<ServiceId> RemovedServices { get; } = [];

    /// <summary>Services created or updated, in their newest form.</summary>
    public IReadOnlyCollection<Service> ChangedServices => _changed.Values;

    /// <summary>Services that could not get what they want; their tasks should say so.</summary>
    public List<ServiceId> NewlyWaiting { get; } = [];

    /// <summary>True when a service that waits may find its port free now.</summary>
    public bool MayHaveFreedPorts { get; set; }

    /// <summary>Everything a store holds, for the start.</summary>
    public void AddAll(ClusterView view)
    {
        View = view;
        foreach (var service in view.Services)
        {
            _changed[service.Id] = service;
        }

        foreach (var task in view.Tasks.InState(TaskState.New))
        {
            Add(task);
        }
    }

    public void Add(CommittedTransaction transaction)
    {
        View = transaction.View;
        foreach (var change in transaction.Changes)
        {
            switch (change)
            {
                case { Change: ChangeKind.Removed, Current: Service service }:
                    _changed.Remove(service.Id);
                    RemovedServices.Add(service.Id);
                    break;
                case { Current: Service service }:
                    _changed[service.Id] = service;
                    NoteAllocation(change.Previous as Service, service);
                    break;
                case { Change: ChangeKind.Created, Current: SwarmTask task }:
                    Add(task);
                    break;
            }
        }
    }

    /// <summary>New tasks, and those of services that have just got, or failed to get, their ports.</summary>
    public List<TaskId> TasksToLookAt()
    {
        foreach (var service in _allocated.Concat(NewlyWaiting))
        {
            foreach (var task in View?.Tasks.OfService(service) ?? [])
            {
                Add(task);
            }
        }

        return _tasks;
    }

    private void NoteAllocation(Service? previous, Service service)
    {
        if (ServiceAllocation.IsAllocated(service) && (previous is null || !ServiceAllocation.IsAllocated(previous)))
        {
            _allocated.Add(service.Id);
        }
    }

    private void Add(SwarmTask task)
    {
        if (ServiceAllocation.IsWaiting(task) && _seen.Add(task.Id))
        {
            _tasks.Add(task.Id);
        }
    }
}
