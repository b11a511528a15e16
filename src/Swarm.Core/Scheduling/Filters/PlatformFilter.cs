using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes nodes with one of the platforms that the workload supports.</summary>
internal sealed class PlatformFilter : ISchedulingFilter
{
    public string Name => "platform";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        predicate = task.Spec.Placement is { Platforms: { IsEmpty: false } platforms }
            ? new Supported(platforms)
            : null;
        return predicate is not null;
    }

    public string Explain(int rejectedNodes) => $"unsupported platform on {NodeCount.Of(rejectedNodes)}";

    private static string Canonical(string architecture) => architecture switch
    {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        _ => architecture,
    };

    private sealed class Supported(ValueList<Platform> platforms) : IFixedNodePredicate
    {
        public bool Admits(NodeView node)
        {
            if (node.Node.Description?.Platform is not { } actual)
            {
                return false;
            }

            foreach (var wanted in platforms)
            {
                if (Allows(Canonical(wanted.Architecture), Canonical(actual.Architecture))
                    && Allows(wanted.OperatingSystem, actual.OperatingSystem))
                {
                    return true;
                }
            }

            return false;
        }

        private static bool Allows(string wanted, string actual) => wanted.Length == 0 || wanted == actual;
    }
}
