using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes nodes that meet all placement constraints.</summary>
internal sealed class ConstraintFilter : ISchedulingFilter
{
    public string Name => "constraint";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        // Constraints that do not parse are refused when a service is made; from elsewhere they bind nobody.
        predicate = task.Spec.Placement is { Constraints: { IsEmpty: false } texts }
            && ConstraintSet.TryParse(texts, out var constraints)
            ? new Bound(constraints)
            : null;
        return predicate is not null;
    }

    public string Explain(int rejectedNodes) =>
        $"scheduling constraints not satisfied on {NodeCount.Of(rejectedNodes)}";

    private sealed class Bound(ConstraintSet constraints) : IFixedNodePredicate
    {
        public bool Admits(NodeView node) => constraints.Matches(node.Node);
    }
}
