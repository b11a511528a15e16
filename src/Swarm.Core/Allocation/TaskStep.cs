using Swarm.Allocation.Addressing;
using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>What a task gets, or why it does not.</summary>
/// <param name="Id">The task.</param>
/// <param name="Networks">Its networks with an address on each that has any to give.</param>
/// <param name="Problem">Why it waits; empty when it need not.</param>
internal readonly record struct TaskGrant(TaskId Id, ValueList<NetworkAttachment> Networks, string Problem);

/// <summary>Attaches tasks to their networks, once their services have all they ask for.</summary>
internal sealed class TaskStep(AllocationState state, NetworkStep networks, ServiceStep services, NodeStep nodes)
{
    private readonly HashSet<TaskId> _waiting = [];

    /// <summary>Tasks that could not get what they ask for, although their services have.</summary>
    public IReadOnlyCollection<TaskId> Waiting => _waiting;

    /// <summary>True for a task that only waits for the allocator.</summary>
    public static bool IsWaiting(SwarmTask task) =>
        task.Status.State == TaskState.New && task.DesiredState <= TaskState.Complete;

    /// <summary>Takes up what tasks have already.</summary>
    public void Restore(ClusterView view, AllocationWork work)
    {
        foreach (var task in view.Tasks)
        {
            if (!task.Networks.IsEmpty)
            {
                Settle(task.Id, task, work);
            }
        }
    }

    /// <summary>
    /// Brings what tasks hold, and what their nodes need for them, to what the store shows.
    /// </summary>
    /// <returns>The tasks that wait.</returns>
    public List<SwarmTask> Settle(ClusterView view, AllocationWork work)
    {
        var waiting = new List<SwarmTask>();
        foreach (var id in work.TakeTasks())
        {
            var task = view.Tasks.Find(id);
            Settle(id, task, work);
            if (task is not null && IsWaiting(task))
            {
                waiting.Add(task);
            }
            else
            {
                _waiting.Remove(id);
            }
        }

        return waiting;
    }

    /// <summary>Gives waiting tasks what they ask for.</summary>
    public List<TaskGrant> Plan(ClusterView view, IReadOnlyList<SwarmTask> waiting)
    {
        var planned = new List<TaskGrant>();
        foreach (var task in waiting)
        {
            if (Allocate(task, view) is { } grant)
            {
                planned.Add(grant);
            }
        }

        return planned;
    }

    private void Settle(TaskId id, SwarmTask? task, AllocationWork work)
    {
        var attached = task?.Status.State <= TaskState.Running ? task.Networks : default;
        state.Settle(AddressOwner.Of(id), AllocationState.HeldBy(attached));
        nodes.Count(id, task?.NodeId ?? default, attached, work);
    }

    private TaskGrant? Allocate(SwarmTask task, ClusterView view)
    {
        var service = task.ServiceId.IsEmpty ? null : view.Services.Find(task.ServiceId.Value);
        if (!task.ServiceId.IsEmpty && (service is null || !ServiceNeeds.IsAllocated(service, state.Ingress)))
        {
            // The service brings its tasks along when it is ready.
            return services.Waiting.TryGetValue(task.ServiceId, out var reason) && task.Status.Error != reason
                ? new(task.Id, default, reason)
                : null;
        }

        var attachments = task.Networks.IsEmpty ? Attachments(task, service, view) : [.. task.Networks];
        if (TakeAddresses(task.Id, attachments) is { } problem)
        {
            _waiting.Add(task.Id);
            return task.Status.Error != problem ? new(task.Id, default, problem) : null;
        }

        _waiting.Remove(task.Id);
        return new(task.Id, attachments.ToValueList(), "");
    }

    // Networks that nobody knows are passed over, as SwarmKit does.
    private List<NetworkAttachment> Attachments(SwarmTask task, Service? service, ClusterView view)
    {
        var attachments = new List<NetworkAttachment>();
        if (service is not null
            && ServiceNeeds.NeedsIngress(service.Spec)
            && view.Networks.Find(state.Ingress.Value) is { } ingress)
        {
            attachments.Add(new() { Network = ingress });
        }

        var wanted = task.Spec.Networks.IsEmpty && service is not null ? service.Spec.Networks : task.Spec.Networks;
        foreach (var attachment in wanted)
        {
            if (view.Networks.Find(attachment.Target) is { } network)
            {
                attachments.Add(new()
                {
                    Network = network,
                    Addresses = attachment.Addresses,
                    Aliases = attachment.Aliases,
                    DriverOptions = attachment.DriverOptions,
                });
            }
        }

        return attachments;
    }

    // All addresses or none; the place to go on from does not move where one of the networks is full.
    private string? TakeAddresses(TaskId id, List<NetworkAttachment> attachments)
    {
        if (ProblemOf(attachments) is { } problem)
        {
            return problem;
        }

        var owner = AddressOwner.Of(id);
        for (var i = 0; i < attachments.Count; i++)
        {
            var network = attachments[i].Network.Id;
            var wanted = attachments[i].Addresses is [var first, ..] ? first : "";
            if (state.Addresses.Networks[network].IsNodeLocal)
            {
                continue;
            }

            if (state.Addresses.Take(owner, network, wanted) is not { } address)
            {
                state.Addresses.Settle(owner, []);
                return wanted.Length > 0
                    ? $"network {attachments[i].Network.Spec.Name}: address {wanted} is in use or not of its subnets"
                    : state.Addresses.Networks[network].Usage;
            }

            attachments[i] = attachments[i] with { Addresses = [address] };
        }

        return null;
    }

    private string? ProblemOf(List<NetworkAttachment> attachments)
    {
        foreach (var attachment in attachments)
        {
            if (!state.Addresses.Networks.TryGetValue(attachment.Network.Id, out var network))
            {
                return networks.Waiting.TryGetValue(attachment.Network.Id, out var reason)
                    ? $"network {attachment.Network.Spec.Name} is not allocated: {reason}"
                    : $"network {attachment.Network.Spec.Name} is not allocated";
            }

            if (network.IsFull)
            {
                return network.Usage;
            }
        }

        return null;
    }
}
