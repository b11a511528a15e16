using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Keeps a demotion from costing the swarm its quorum.</summary>
internal static class ManagerQuorum
{
    /// <summary>The swarm must be able to go on without a manager.</summary>
    /// <exception cref="SwarmException">It is the last one, no manager, or one that is needed.</exception>
    public static void RequireSpare(
        StoreTransaction transaction,
        Node node,
        Func<NodeId, ManagerStatus?> managerStatus)
    {
        var managers = transaction.Nodes.All.Where(other => other.Role == NodeRole.Manager).ToArray();
        if (managers is [var last] && last.Id == node.Id)
        {
            throw SwarmException.FailedPrecondition("attempting to demote the last manager of the swarm");
        }

        if (managerStatus(node.Id) is null)
        {
            throw SwarmException.NotFound("can't find manager in raft memberlist");
        }

        var members = transaction.Nodes.All
            .Select(other => (other.Id, Status: managerStatus(other.Id)))
            .Where(member => member.Status is not null)
            .ToArray();
        var reachable = members.Count(member =>
            member.Id != node.Id && member.Status!.Reachability == Reachability.Reachable);

        // Of the members that stay, a majority must be there.
        if (reachable < ((members.Length - 1) / 2) + 1)
        {
            throw SwarmException.FailedPrecondition(
                "can't remove member from the raft: this would result in a loss of quorum");
        }
    }
}
