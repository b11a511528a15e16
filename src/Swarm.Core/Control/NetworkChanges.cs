using Swarm.Allocation;
using Swarm.Allocation.Addressing;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What creating and removing a network does to the store.</summary>
internal static class NetworkChanges
{
    public static Network Create(StoreTransaction transaction, NetworkId id, NetworkSpec spec)
    {
        if (spec.Ingress && FindIngress(transaction) is { } ingress)
        {
            throw new SwarmException(
                SwarmErrorCode.AlreadyExists,
                $"ingress network ({ingress.Id}) is already present");
        }

        if (transaction.Networks.FindByName(spec.Name) is not null)
        {
            throw new SwarmException(
                SwarmErrorCode.AlreadyExists,
                $"network with name {spec.Name} already exists");
        }

        RequireFreeSubnets(transaction, spec);
        return transaction.Create(new Network { Id = id, Spec = spec });
    }

    public static void Remove(StoreTransaction transaction, NetworkId id)
    {
        Rule.Require(!id.IsEmpty, "invalid argument");
        var network = transaction.Networks.Find(id.Value)
            ?? throw SwarmException.NotFound($"network {id} not found");
        if (NetworkDrivers.IsPredefined(network))
        {
            throw SwarmException.FailedPrecondition(
                $"network {id} ({network.Spec.Name}) is a swarm predefined network and cannot be removed");
        }

        if (NetworkDrivers.IsIngress(network))
        {
            RequireNoPublisher(transaction);
        }
        else
        {
            RequireUnused(transaction, id);
        }

        transaction.Remove(network);
    }

    /// <summary>The network of the routing mesh; null without one.</summary>
    public static Network? FindIngress(StoreTransaction transaction) =>
        transaction.Networks.All.FirstOrDefault(NetworkDrivers.IsIngress);

    private static void RequireNoPublisher(StoreTransaction transaction)
    {
        if (transaction.Services.All.FirstOrDefault(item => ServiceNeeds.NeedsIngress(item.Spec)) is { } service)
        {
            throw SwarmException.FailedPrecondition(
                $"ingress network cannot be removed because service {service.Id} depends on it");
        }
    }

    private static void RequireUnused(StoreTransaction transaction, NetworkId id)
    {
        var user = transaction.Services.All.FirstOrDefault(item =>
            ServiceNeeds.NetworksOf(item.Spec).Any(attachment => attachment.Target == id.Value));
        if (user is not null)
        {
            throw SwarmException.FailedPrecondition($"network {id} is in use by service {user.Id}");
        }

        if (transaction.Tasks.UsingNetwork(id).FirstOrDefault(item => IsWanted(transaction, item)) is { } task)
        {
            throw SwarmException.FailedPrecondition($"network {id} is in use by task {task.Id}");
        }
    }

    // The tasks of a service that is gone are about to be removed: whoever removes a stack does not wait for that.
    private static bool IsWanted(StoreTransaction transaction, SwarmTask task) =>
        task is { DesiredState: <= TaskState.Running, Status.State: <= TaskState.Running }
        && (task.ServiceId.IsEmpty || transaction.Services.Find(task.ServiceId.Value) is not null);

    // Docker takes such a network and never gives it an address; whoever asked learns nothing of it.
    private static void RequireFreeSubnets(StoreTransaction transaction, NetworkSpec spec)
    {
        var wanted = (spec.Ipam?.Configs ?? default).Select(config => config.Subnet).ToArray();
        if (wanted.Length == 0 || NetworkDrivers.IsNodeLocal(NetworkDrivers.NameOf(spec)))
        {
            return;
        }

        foreach (var network in transaction.Networks.All.Where(NetworkDrivers.IsOverlay))
        {
            foreach (var other in network.Ipam?.Configs ?? network.Spec.Ipam?.Configs ?? default)
            {
                foreach (var subnet in wanted)
                {
                    Rule.Require(
                        !Subnet.TryParse(subnet, out var one)
                        || !Subnet.TryParse(other.Subnet, out var two)
                        || !one.Overlaps(two),
                        $"Pool overlaps with other one on this address space: {subnet} is not free, network "
                        + $"{network.Spec.Name} ({network.Id}) has {other.Subnet}");
                }
            }
        }
    }
}
