using Swarm.Allocation.Addressing;
using Swarm.Execution.Processes;

namespace Swarm.Hosting.DockerApi;

/// <summary>What a service asks for that some of its nodes will not give it, for the answer to whoever asked.</summary>
internal static class ServiceWarnings
{
    private const int NamedNodes = 3;

    /// <summary>The warnings; null for none.</summary>
    public static async Task<string[]?> OfAsync(DockerCall call, ServiceSpec spec)
    {
        var warnings = new List<string>(PortWarnings.Of(spec) ?? []);
        var ignored = ProcessGaps.Of(spec).ToList();
        var networks = ProcessGaps.NetworksOf(spec).Select(attachment => attachment.Target).ToList();
        var limits = LimitsOf(spec);
        if (ignored.Count > 0 || networks.Count > 0 || limits.Count > 0)
        {
            var nodes = await ProcessNodesAsync(call);
            if (nodes.Count > 0)
            {
                warnings.AddRange(ignored);
                warnings.AddRange(NotLimited(limits, nodes));
                await AddInternalAsync(call, networks, warnings);
            }
        }

        return warnings.Count == 0 ? null : [.. warnings];
    }

    // The resources that tasks are limited in.
    private static List<string> LimitsOf(ServiceSpec spec) => spec.TaskTemplate.Resources?.Limits is { } limits
        ? [.. CgroupMounts.Wanted.Where(name => TaskLimits.Amount(limits, name) > 0)]
        : [];

    private static IEnumerable<string> NotLimited(List<string> limits, List<Node> nodes)
    {
        foreach (var limit in limits)
        {
            var without = nodes.Where(node => !Keeps(node, limit)).Select(node => node.Description!.Hostname).ToList();
            if (without.Count > 0)
            {
                var more = without.Count > NamedNodes ? $" and {without.Count - NamedNodes} more" : "";
                yield return $"limits of {limit} are not kept on {string.Join(", ", without.Take(NamedNodes))}{more}: "
                    + "no writable cgroup there. Give the daemon one (systemd: Delegate=yes), or keep the service off "
                    + $"with --constraint engine.labels.{MachineDescription.LimitsLabel}!={MachineDescription.NoLimits}";
            }
        }
    }

    private static bool Keeps(Node node, string limit) =>
        node.Description!.Engine!.Labels[MachineDescription.LimitsLabel] is not { Length: > 0 } kept
        || kept.Split(',').Contains(limit, StringComparer.Ordinal);

    private static async Task AddInternalAsync(DockerCall call, List<string> networks, List<string> warnings)
    {
        foreach (var network in networks)
        {
            if (await FindInternalAsync(call, network) is { } name)
            {
                warnings.Add(ProcessGaps.InternalNetwork(name));
            }
        }
    }

    private static async Task<List<Node>> ProcessNodesAsync(DockerCall call)
    {
        var nodes = new List<Node>();
        await foreach (var node in call.Client.Nodes.ListAsync(call.Cancellation))
        {
            if (node.Description?.Engine?.Labels[MachineDescription.ExecutorLabel]
                == MachineDescription.ProcessExecutorName)
            {
                nodes.Add(node);
            }
        }

        return nodes;
    }

    private static async Task<string?> FindInternalAsync(DockerCall call, string reference)
    {
        try
        {
            var network = await call.Client.Networks.FindAsync(reference, call.Cancellation);
            return network.Spec.Internal && NetworkDrivers.IsOverlay(network) ? network.Spec.Name : null;
        }
        catch (SwarmException e) when (e.Code == SwarmErrorCode.NotFound)
        {
            return null;
        }
    }
}
