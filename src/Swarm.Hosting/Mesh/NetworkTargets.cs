using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Hosting.Mesh;

/// <summary>Where virtual addresses lead, for kernels that translate them. Pure.</summary>
internal static class NetworkTargets
{
    /// <summary>An address of IPv4; null for anything else.</summary>
    public static IPAddress? Parse(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork
            ? address
            : null;

    /// <summary>Addresses of tasks on a network: one that is about to stop gets nothing new unless it is the last.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="network">The network.</param>
    /// <param name="leaving">Addresses of tasks that are about to stop, as the node itself knows.</param>
    public static ImmutableArray<IPAddress> Of(
        IEnumerable<MeshTask> tasks,
        NetworkId network,
        IReadOnlySet<string> leaving)
    {
        var all = tasks.ToArray();
        var active = all
            .Where(task => !task.IsDraining && !leaving.Contains(NameRecords.AddressOn(task, network)))
            .ToArray();
        return
        [
            .. (active.Length > 0 ? active : all)
                .Select(task => Parse(NameRecords.AddressOn(task, network)))
                .OfType<IPAddress>()
                .Distinct(),
        ];
    }
}
