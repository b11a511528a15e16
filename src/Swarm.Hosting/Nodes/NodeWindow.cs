using Swarm.Control;
using Swarm.Storage;

namespace Swarm.Hosting.Nodes;

/// <summary>The swarm as the manager of this process sees it.</summary>
internal sealed class NodeWindow(SwarmNode node) : ISwarmWindow
{
    public ClusterStore? Store => node.Manager?.Store;

    public WindowState State => node.State switch
    {
        LocalNodeState.Pending => WindowState.Pending,
        LocalNodeState.Active => node.IsManager ? WindowState.Active : WindowState.Worker,
        LocalNodeState.Error => WindowState.Error,
        LocalNodeState.Locked => WindowState.Locked,
        _ => WindowState.Inactive,
    };

    public string Error => node.Error;

    public NodeId Self => node.NodeId;

    public QuorumView Quorum
    {
        get
        {
            if (node.Manager?.Quorum is not { } quorum)
            {
                return QuorumView.None;
            }

            var log = quorum.Log.Node;
            var backlog = (long)(log.NextIndex - 1) - (long)log.AppliedIndex;
            return new QuorumView(
                new NodeId(quorum.Leader?.NodeId ?? ""),
                log.State.Term,
                Math.Max(0, backlog),
                quorum.Members.All.Values
                    .Select(member => new NodeId(member.NodeId))
                    .Select(id => (id, quorum.StatusOf(id)))
                    .Where(member => member.Item2 is not null)
                    .Select(member => (member.id, member.Item2!))
                    .ToValueList());
        }
    }
}
