using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>
/// Puts what was allocated into the store. An object that has changed meanwhile comes by again; what was allocated for
/// its former self is not for it.
/// </summary>
internal static class AllocationWrites
{
    public const string PendingMessage = "pending task scheduling";

    public static void Write(StoreTransaction transaction, Network allocated)
    {
        if (transaction.Networks.Find(allocated.Key) is { } network
            && (network.DriverState != allocated.DriverState || network.Ipam != allocated.Ipam))
        {
            transaction.Update(network with { DriverState = allocated.DriverState, Ipam = allocated.Ipam });
        }
    }

    public static void Write(StoreTransaction transaction, ServiceGrant grant, NetworkId ingress)
    {
        if (transaction.Services.Find(grant.Id.Value) is { } service
            && ServiceNeeds.AreEqual(service.Spec, grant.For)
            && !ServiceNeeds.IsAllocated(service, ingress))
        {
            transaction.Update(service with { Endpoint = grant.Endpoint });
        }
    }

    public static void Write(StoreTransaction transaction, NodeGrant grant)
    {
        if (transaction.Nodes.Find(grant.Id.Value) is { } node)
        {
            transaction.Update(node with { Attachments = grant.Attachments });
        }
    }

    public static void Write(StoreTransaction transaction, TaskGrant grant, NetworkId ingress)
    {
        if (transaction.Tasks.Find(grant.Id) is not { } task || !TaskStep.IsWaiting(task))
        {
            return;
        }

        var service = task.ServiceId.IsEmpty ? null : transaction.Services.Find(task.ServiceId.Value);
        if (grant.Problem.Length > 0)
        {
            transaction.Update(task with { Status = task.Status with { Error = grant.Problem } });
        }
        else if (task.ServiceId.IsEmpty || (service is not null && ServiceNeeds.IsAllocated(service, ingress)))
        {
            transaction.Update(ToPending(task, service, grant.Networks, transaction.Now));
        }
    }

    // A task takes a copy of what its service got along.
    private static SwarmTask ToPending(
        SwarmTask task,
        Service? service,
        ValueList<NetworkAttachment> networks,
        DateTimeOffset now) => task with
        {
            Networks = networks,
            Endpoint = service?.Endpoint ?? task.Endpoint,
            Status = task.Status with
            {
                State = TaskState.Pending,
                Timestamp = now,
                Message = PendingMessage,
                Error = "",
            },
        };
}
