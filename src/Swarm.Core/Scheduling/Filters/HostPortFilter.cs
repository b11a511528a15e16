using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes nodes on which the task's host-mode ports are free.</summary>
internal sealed class HostPortFilter : ISchedulingFilter
{
    public string Name => "host-port";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        var ports = HostPort.Of(task);
        predicate = ports.Length > 0 ? new Free(ports) : null;
        return predicate is not null;
    }

    public string Explain(int rejectedNodes) => $"host-mode port already in use on {NodeCount.Of(rejectedNodes)}";

    private sealed class Free(HostPort[] ports) : INodePredicate
    {
        public bool Admits(NodeView node)
        {
            foreach (var port in ports)
            {
                if (node.UsesHostPort(port))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
