using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes nodes that are reachable and take tasks.</summary>
internal sealed class ReadyFilter : ISchedulingFilter, IFixedNodePredicate
{
    public string Name => "ready";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        predicate = this;
        return true;
    }

    public bool Admits(NodeView node) => node.IsReady;

    public string Explain(int rejectedNodes) => rejectedNodes == 1
        ? "1 node not available for new tasks"
        : $"{rejectedNodes} nodes not available for new tasks";
}
