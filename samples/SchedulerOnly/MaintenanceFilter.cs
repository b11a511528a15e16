using System.Diagnostics.CodeAnalysis;
using Swarm;
using Swarm.Scheduling;

namespace SchedulerOnly;

/// <summary>Keeps tasks away from nodes that carry the label <c>maintenance=yes</c>.</summary>
internal sealed class MaintenanceFilter : ISchedulingFilter, INodePredicate
{
    public string Name => "maintenance";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        // The same for every task, so the filter is its own predicate.
        predicate = this;
        return true;
    }

    public bool Admits(NodeView node) => node.Node.Spec.Labels["maintenance"] != "yes";

    public string Explain(int rejectedNodes) => $"in maintenance on {rejectedNodes} node(s)";
}
