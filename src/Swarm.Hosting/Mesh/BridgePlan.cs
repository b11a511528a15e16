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
                if (bridges.GetValueOrDefault(network.Id) is { } bridge
                    && NetworkTargets.Parse(network.Address) is { } address)
                {
                    // A pool that was given back may have made its way to another network meanwhile.
                    addresses.TryAdd(
                        address,
                        new BridgeAddress(
                            bridge.Interface,
                            address,
                            NetworkTargets.Of(service.Tasks.Where(task => task.NodeId == self), network.Id, leaving),
                            service.Balancer is "source" or "maglev"));
                }
            }
        }

        return [.. addresses.Values.OrderBy(item => $"{item.Address}", StringComparer.Ordinal)];
    }
}
