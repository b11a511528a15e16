using Swarm.Allocation.Addressing;
using Swarm.Execution.Processes;

namespace Swarm.Hosting.DockerApi;

/// <summary>What a service asks for that some of its nodes will not give it, for the answer to whoever asked.</summary>
internal static class ServiceWarnings
{
    /// <summary>The warnings; null for none.</summary>
    public static async Task<string[]?> OfAsync(DockerCall call, ServiceSpec spec)
    {
        var warnings = new List<string>(PortWarnings.Of(spec) ?? []);
        var ignored = ProcessGaps.Of(spec).ToList();
        var networks = ProcessGaps.NetworksOf(spec).Select(attachment => attachment.Target).ToList();
        if ((ignored.Count > 0 || networks.Count > 0) && await HasProcessesAsync(call))
        {
            warnings.AddRange(ignored);
            foreach (var network in networks)
            {
                if (await FindInternalAsync(call, network) is { } name)
                {
                    warnings.Add(ProcessGaps.InternalNetwork(name));
                }
            }
        }

        return warnings.Count == 0 ? null : [.. warnings];
    }

    private static async Task<bool> HasProcessesAsync(DockerCall call)
    {
        await foreach (var node in call.Client.Nodes.ListAsync(call.Cancellation))
        {
            if (node.Description?.Engine?.Labels[MachineDescription.ExecutorLabel]
                == MachineDescription.ProcessExecutorName)
            {
                return true;
            }
        }

        return false;
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
