using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes no node for tasks that mount cluster volumes, because no node can be given one.</summary>
internal sealed class ClusterVolumeFilter : ISchedulingFilter, IFixedNodePredicate
{
    public string Name => "cluster-volume";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        predicate = task.Spec.Workload is ContainerSpec { Mounts: { IsEmpty: false } mounts }
            && mounts.Any(mount => mount.Type == MountType.Cluster)
            ? this
            : null;
        return predicate is not null;
    }

    public bool Admits(NodeView node) => false;

    public string Explain(int rejectedNodes) =>
        $"cannot fulfill requested CSI volume mounts on {NodeCount.Of(rejectedNodes)}";
}
