using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes nodes that have fewer tasks of the service than allowed.</summary>
internal sealed class MaxReplicasFilter : ISchedulingFilter
{
    public string Name => "max-replicas";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        predicate = task.Spec.Placement is { MaxReplicas: > 0 and var limit } ? new Limit(task.ServiceId, limit) : null;
        return predicate is not null;
    }

    // Docker's words, without a number.
    public string Explain(int rejectedNodes) => "max replicas per node limit exceed";

    private sealed class Limit(ServiceId service, ulong limit) : INodePredicate
    {
        public bool Admits(NodeView node) => (ulong)node.ActiveTasksOf(service) < limit;
    }
}
