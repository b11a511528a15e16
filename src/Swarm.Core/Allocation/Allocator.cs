using Microsoft.Extensions.Logging;
using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>
/// Gives services their published ports and lets their tasks go on to the scheduler. Runs on the leader; begins by
/// taking up what the store shows, so that a new leader never gives a port twice.
/// </summary>
internal sealed partial class Allocator(ClusterStore store, ILogger<Allocator> logger)
{
    private readonly ILogger _logger = logger;
    private readonly Dictionary<ServiceId, string> _waiting = [];
    private PortAllocator _ports = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
            {
                LogStartingOver(exception);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var feed = store.Watch();
        var work = Restore(feed.View);
        while (true)
        {
            await DoAsync(work, cancellationToken);
            if (!await feed.WaitAsync(cancellationToken))
            {
                return;
            }

            work = new AllocationWork();
            while (feed.TryRead(out var transaction))
            {
                work.Add(transaction);
            }
        }
    }

    private AllocationWork Restore(ClusterView view)
    {
        _ports = new PortAllocator();
        _waiting.Clear();
        var work = new AllocationWork();
        foreach (var service in view.Services)
        {
            _ports.Settle(service.Id, service.Endpoint?.Ports ?? default);
        }

        work.AddAll(view);
        return work;
    }

    private async Task DoAsync(AllocationWork work, CancellationToken cancellationToken)
    {
        var allocated = AllocateServices(work);
        if (allocated.Count > 0)
        {
            await store.BatchAsync(allocated, WriteService, cancellationToken);
        }

        var tasks = work.TasksToLookAt();
        if (tasks.Count > 0)
        {
            await store.BatchAsync(tasks, WriteTask, cancellationToken);
        }
    }

    private List<AllocatedService> AllocateServices(AllocationWork work)
    {
        var allocated = new List<AllocatedService>();
        foreach (var id in work.RemovedServices)
        {
            _waiting.Remove(id);
            work.MayHaveFreedPorts |= _ports.Release(id);
        }

        foreach (var service in work.ChangedServices)
        {
            Allocate(service, work, allocated);
        }

        if (work.MayHaveFreedPorts)
        {
            foreach (var id in _waiting.Keys.ToArray())
            {
                if (work.View?.Services.Find(id.Value) is { } service)
                {
                    Allocate(service, work, allocated);
                }
            }
        }

        return allocated;
    }

    private void Allocate(Service service, AllocationWork work, List<AllocatedService> allocated)
    {
        if (ServiceAllocation.IsAllocated(service))
        {
            _waiting.Remove(service.Id);
            work.MayHaveFreedPorts |= _ports.Settle(service.Id, service.Endpoint?.Ports ?? default);
            return;
        }

        var current = service.Endpoint?.Ports ?? default;
        var allocation = _ports.Allocate(service.Id, service.Spec.Endpoint?.Ports ?? default, current);
        if (allocation.Succeeded)
        {
            _waiting.Remove(service.Id);
            allocated.Add(new(service.Id, service.Spec.Endpoint, allocation.Ports));
            return;
        }

        if (_waiting.TryGetValue(service.Id, out var known) && known == allocation.Problem)
        {
            return;
        }

        _waiting[service.Id] = allocation.Problem;
        work.NewlyWaiting.Add(service.Id);
        LogServiceWaits(service.Id, service.Spec.Name, allocation.Problem);
    }

    // A service that changed since it was allocated comes by again; what was allocated for the old spec is not for it.
    private static void WriteService(StoreTransaction transaction, AllocatedService allocated)
    {
        if (transaction.Services.Find(allocated.Id.Value) is { } service
            && service.Spec.Endpoint == allocated.For
            && !ServiceAllocation.IsAllocated(service))
        {
            transaction.Update(ServiceAllocation.WithPorts(service, allocated.Ports));
        }
    }

    private void WriteTask(StoreTransaction transaction, TaskId id)
    {
        if (transaction.Tasks.Find(id) is not { } task || !ServiceAllocation.IsWaiting(task))
        {
            return;
        }

        var service = task.ServiceId.IsEmpty ? null : transaction.Services.Find(task.ServiceId.Value);
        if (task.ServiceId.IsEmpty || (service is not null && ServiceAllocation.IsAllocated(service)))
        {
            transaction.Update(ServiceAllocation.ToPending(task, service, transaction.Now));
        }
        else if (_waiting.TryGetValue(task.ServiceId, out var problem) && task.Status.Error != problem)
        {
            transaction.Update(task with { Status = task.Status with { Error = problem } });
        }
    }

    [LoggerMessage(1300, LogLevel.Warning, "Service {ServiceName} ({ServiceId}) waits: {Problem}")]
    private partial void LogServiceWaits(ServiceId serviceId, string serviceName, string problem);

    [LoggerMessage(1301, LogLevel.Warning, "The allocator fell behind and starts over from a snapshot")]
    private partial void LogStartingOver(Exception exception);

    private readonly record struct AllocatedService(
        ServiceId Id,
        EndpointSpec? For,
        ValueList<PortPublication> Ports);
}
