using System.Collections.Immutable;
using System.Net;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// The names that tasks on certain networks see, as Docker has them: the service and its aliases, <c>tasks.</c> in
/// front of them, and each task; all of them also with the network's name behind. Pure.
/// </summary>
internal static class NameRecords
{
    /// <param name="services">All services.</param>
    /// <param name="networks">The networks that are seen.</param>
    /// <param name="addressOf">Where an address of a network is on this node; null for nowhere.</param>
    public static List<NameRecord> Of(
        IEnumerable<MeshService> services,
        IReadOnlySet<NetworkId> networks,
        Func<string, IPAddress?> addressOf)
    {
        var records = new List<NameRecord>();
        foreach (var service in services)
        {
            foreach (var network in service.Networks.Where(network => networks.Contains(network.Id)))
            {
                Add(records, service, network, addressOf);
            }
        }

        return records;
    }

    private static void Add(
        List<NameRecord> records,
        MeshService service,
        MeshNetwork network,
        Func<string, IPAddress?> addressOf)
    {
        var tasks = new List<IPAddress>();
        foreach (var task in service.Tasks.Where(task => !task.IsDraining))
        {
            if (addressOf(AddressOn(task, network.Id)) is { } address)
            {
                tasks.Add(address);
                var names = task.Names.Select(name => (name, true));
                AddNames(records, network, [address], names);
            }
        }

        ImmutableArray<IPAddress> all = [.. tasks];
        ImmutableArray<IPAddress> own = network.Address.Length == 0 ? all
            : addressOf(network.Address) is { } virtualAddress ? [virtualAddress]
            : [];
        var services = network.Aliases.Prepend(service.Name).ToArray();
        AddNames(records, network, own, services.Select(name => (name, false)));
        AddNames(records, network, all, services.Select(name => ($"tasks.{name}", false)));
    }

    // The one with the network behind comes last: that is what an address is called (PTR).
    private static void AddNames(
        List<NameRecord> records,
        MeshNetwork network,
        ImmutableArray<IPAddress> addresses,
        IEnumerable<(string Name, bool IsTask)> names)
    {
        var isFirst = true;
        foreach (var (name, isTask) in names)
        {
            records.Add(new NameRecord(name, addresses));
            records.Add(new NameRecord($"{name}.{network.Name}", addresses, IsReversed: isTask && isFirst));
            isFirst = false;
        }
    }

    /// <summary>A task's address on a network; empty when it has none there.</summary>
    public static string AddressOn(MeshTask task, NetworkId network) =>
        task.Addresses.FirstOrDefault(item => item.NetworkId == network)?.Address ?? "";
}
