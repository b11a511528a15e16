using Microsoft.Extensions.Logging;
using Swarm.Storage;

namespace Swarm.Hosting.Replication;

/// <summary>
/// Brings the roles that nodes have to the ones they should have: a promotion takes effect at once, a demotion when the
/// node has left the quorum. Runs on the leader; what does not succeed is tried again.
/// </summary>
internal sealed partial class RoleKeeper(
    ClusterStore store,
    Quorum quorum,
    TimeProvider time,
    ILogger<RoleKeeper> logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;

    public Task RunAsync(CancellationToken cancellationToken) => store.FollowAsync(FollowAsync, cancellationToken);

    /// <summary>Whether a node has another role than it should have.</summary>
    /// <remarks>Membership does not matter: the node that founded a swarm of Docker's stays "pending" for ever.</remarks>
    public static bool IsDue(Node node) => node.Role != node.Spec.DesiredRole;

    private async Task FollowAsync(ChangeSubscription changes, CancellationToken cancellationToken)
    {
        var isDone = false;
        while (true)
        {
            isDone = isDone || await ReconcileAsync(cancellationToken);
            if (!isDone)
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
                continue;
            }

            await changes.WaitAsync(cancellationToken);
            while (changes.TryRead(out var transaction))
            {
                isDone &= !transaction.Changes.Any(change => change.Current is Node);
            }
        }
    }

    // Returns whether nothing is left to do.
    private async Task<bool> ReconcileAsync(CancellationToken cancellationToken)
    {
        var view = store.Current;
        var isDone = true;
        foreach (var node in view.Nodes.Where(IsDue).ToArray())
        {
            isDone &= node.Spec.DesiredRole == NodeRole.Manager
                ? await SetRoleAsync(node, NodeRole.Manager, cancellationToken)
                : await DemoteAsync(node, cancellationToken);
        }

        // A node that was removed before its demotion went through.
        foreach (var member in quorum.Members.All.Values.Where(member =>
            view.Nodes.Find(member.NodeId) is null).ToArray())
        {
            isDone &= await RemoveAsync(member.RaftId, new NodeId(member.NodeId), cancellationToken);
        }

        return isDone;
    }

    private async Task<bool> DemoteAsync(Node node, CancellationToken cancellationToken) =>
        (quorum.Members.OfNode(node.Id) is not { } member
            || await RemoveAsync(member.RaftId, node.Id, cancellationToken))
        && await SetRoleAsync(node, NodeRole.Worker, cancellationToken);

    private async Task<bool> RemoveAsync(ulong id, NodeId node, CancellationToken cancellationToken)
    {
        if (!quorum.CanRemove(id))
        {
            LogKept(node, "the quorum would be lost");
            return false;
        }

        if (id == quorum.Log.Node.Id)
        {
            // Whoever leads next takes this member out.
            LogKept(node, "it hands leadership over first");
            await quorum.TransferAsync();
            return false;
        }

        try
        {
            await quorum.RemoveAsync(id, cancellationToken);
            return true;
        }
        catch (SwarmException exception)
        {
            LogKept(node, exception.Message);
            return false;
        }
    }

    private async Task<bool> SetRoleAsync(Node node, NodeRole role, CancellationToken cancellationToken)
    {
        try
        {
            await store.UpdateAsync(
                transaction =>
                {
                    if (transaction.Nodes.Find(node.Id.Value) is { } current
                        && current.Spec.DesiredRole == role
                        && current.Role != role)
                    {
                        transaction.Update(current with { Role = role });
                    }
                },
                cancellationToken);
            LogChanged(node.Id, role);
            return true;
        }
        catch (SwarmException exception)
        {
            LogKept(node.Id, exception.Message);
            return false;
        }
    }

    [LoggerMessage(4210, LogLevel.Information, "Node {NodeId} is a {Role} now")]
    private partial void LogChanged(NodeId nodeId, NodeRole role);

    [LoggerMessage(4211, LogLevel.Debug, "Node {NodeId} keeps its role for now: {Reason}")]
    private partial void LogKept(NodeId nodeId, string reason);
}
