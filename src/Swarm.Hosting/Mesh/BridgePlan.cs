using System.Collections.Immutable;
using System.Net;
using Swarm.Net.Bridges;

namespace Swarm.Hosting.Mesh;

/// <summary>Works out what a node answers on networks that are bridges of its machine. Pure.</summary>
/// <remarks>
/// Only the node's own tasks are on its bridges. A name that would lead to others only is answered with no address.
/// </remarks>
internal static class BridgePlan
{
    /// <summary>Services as tasks of a node see them by name.</summary>
    public static IEnumerable<MeshService> SeenFrom(NodeId self, IEnumerable<MeshService> services)
    {
        foreach (var service in services)
        {
            var own = service.Tasks.Where(task => task.NodeId == self).ToValueList();
            var leadsSomewhere = !own.IsEmpty || service.Tasks.IsEmpty;
            yield return service with
            {
                Tasks = own,
                Networks = leadsSomewhere
                    ? service.Networks
                    : service.Networks.Select(network => network with { Address = "" }).ToValueList(),
            };
        }
    }

    /// <summary>The virtual addresses on the node's bridges with the tasks behind them.</summary>
    /// <param name="self">The node.</param>
    /// <param name="services">All services.</param>
    /// <param name="bridges">The node's bridges.</param>
    /// <param name="leaving">Addresses of its tasks that are about to stop, as the node itself knows.</param>
    public static ImmutableArray<BridgeAddress> AddressesOf(
        NodeId self,
        IEnumerable<MeshService> services,
        IReadOnlyDictionary<NetworkId, NetworkBridge> bridges,
        IReadOnlySet<string> leaving)
    {
        var addresses = new Dictionary<IPAddress, BridgeAddress>();
        foreach (var service in services)
        {
            foreach (var network in service.Networks)
            {
                if (bridges.GetValueOrDefault(network.Id) is { } bridge && Parse(network.Address) is { } address)
                {
                    // A pool that was given back may have made its way to another network meanwhile.
                    addresses.TryAdd(
                        address,
                        new BridgeAddress(
                            bridge.Interface,
                            address,
                            TargetsOf(self, service, network.Id, leaving),
                            service.Balancer is "source" or "maglev"));
                }
            }
        }

        return [.. addresses.Values.OrderBy(item => $"{item.Address}", StringComparer.Ordinal)];
    }

    /// <summary>An IPv4 address; null for anything else.</summary>
    public static IPAddress? Parse(string text) =>
        IPAddress.TryParse(text, out var address)
        && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? address
            : null;

    // As everywhere: one that is about to stop gets nothing new unless it is the last.
    private static ImmutableArray<IPAddress> TargetsOf(
        NodeId self,
        MeshService service,
        NetworkId network,
        IReadOnlySet<string> leaving)
    {
        var own = service.Tasks.Where(task => task.NodeId == self).ToArray();
        var active = own
            .Where(task => !task.IsDraining && !leaving.Contains(NameRecords.AddressOn(task, network)))
            .ToArray();
        return
        [
            .. (active.Length > 0 ? active : own)
                .Select(task => Parse(NameRecords.AddressOn(task, network)))
                .OfType<IPAddress>()
                .Distinct(),
        ];
    }
}
