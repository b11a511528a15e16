using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes nodes on which there is a cluster volume for every such mount of the task.</summary>
internal sealed class ClusterVolumeFilter : ISchedulingFilter
{
    public string Name => "cluster-volume";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        predicate = VolumeBook.IsWantedBy(task) ? new Usable([.. VolumeBook.MountsOf(task)]) : null;
        return predicate is not null;
    }

    public string Explain(int rejectedNodes) =>
        $"cannot fulfill requested CSI volume mounts on {NodeCount.Of(rejectedNodes)}";

    private sealed class Usable(Mount[] mounts) : INodePredicate
    {
        public bool Admits(NodeView node) => node.Volumes?.TryChoose(mounts, node.Node, out _) == true;
    }
}
