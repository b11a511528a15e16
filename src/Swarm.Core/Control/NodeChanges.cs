using Swarm.Certificates;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What updating and removing a node does to the store.</summary>
internal static class NodeChanges
{
    private const string DeletedNode = "Task belonged to a node that has been deleted";

    /// <summary>How long a removed node stays listed after its certificate ran out (SwarmKit's number).</summary>
    private static readonly TimeSpan BlacklistGrace = TimeSpan.FromDays(7);

    public static Node Update(
        StoreTransaction transaction,
        NodeId id,
        ObjectVersion version,
        NodeSpec spec,
        Func<NodeId, ManagerStatus?> managerStatus)
    {
        var node = Find(transaction, id);
        if (node.Spec.DesiredRole == NodeRole.Manager && spec.DesiredRole == NodeRole.Worker)
        {
            ManagerQuorum.RequireSpare(transaction, node, managerStatus);
        }

        return transaction.Update(node with
        {
            Version = ReadVersion.Of(transaction, node, version),
            Spec = spec with
            {
                // Clients do not send it; a member does not become an applicant again.
                Membership = node.Spec.Membership == NodeMembership.Accepted
                    ? NodeMembership.Accepted
                    : spec.Membership,
            },
        });
    }

    public static void Remove(
        StoreTransaction transaction,
        NodeId id,
        bool force,
        Func<NodeId, ManagerStatus?> managerStatus)
    {
        var node = Find(transaction, id);
        if (node.Spec.DesiredRole == NodeRole.Manager && managerStatus(id) is not null)
        {
            throw SwarmException.FailedPrecondition(
                $"node {id} is a cluster manager and is a member of the raft cluster. "
                + "It must be demoted to worker before removal");
        }

        if (node.Status.State == NodeState.Ready && !force)
        {
            throw SwarmException.FailedPrecondition($"node {id} is not down and can't be removed");
        }

        Blacklist(transaction, node);
        OrphanTasks(transaction, id);
        transaction.Remove(node);
    }

    /// <summary>The list without nodes whose certificates ran out long ago.</summary>
    public static ValueDictionary<DateTimeOffset> WithoutOutdated(
        ValueDictionary<DateTimeOffset> blacklist,
        DateTimeOffset now) =>
        blacklist.Any(entry => IsOutdated(entry.Value, now))
            ? blacklist.Where(entry => !IsOutdated(entry.Value, now)).ToValueDictionary()
            : blacklist;

    private static bool IsOutdated(DateTimeOffset expiry, DateTimeOffset now) => expiry < now - BlacklistGrace;

    // An entry whose expiry cannot be told never runs out.
    private static void Blacklist(StoreTransaction transaction, Node node)
    {
        if (transaction.Cluster is not { } cluster)
        {
            return;
        }

        var name = node.Certificate?.CommonName is { Length: > 0 } commonName ? commonName : node.Id.Value;
        var expiry = TlsInfo.ExpiryOf(node.Certificate?.Pem ?? default) ?? DateTimeOffset.MaxValue;
        transaction.Update(cluster with
        {
            BlacklistedCertificates =
                WithoutOutdated(cluster.BlacklistedCertificates, transaction.Now).With(name, expiry),
        });
    }

    private static void OrphanTasks(StoreTransaction transaction, NodeId id)
    {
        foreach (var task in transaction.Tasks.OnNode(id))
        {
            if (task.Status.State < TaskState.Complete)
            {
                transaction.Update(task with
                {
                    Status = task.Status with
                    {
                        State = TaskState.Orphaned,
                        Timestamp = transaction.Now,
                        Message = DeletedNode,
                    },
                });
            }
        }
    }

    private static Node Find(StoreTransaction transaction, NodeId id) =>
        transaction.Nodes.Find(id.ToString()) ?? throw SwarmException.NotFound($"node {id} not found");
}
