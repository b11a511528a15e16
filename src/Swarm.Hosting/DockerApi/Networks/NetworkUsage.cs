using System.Globalization;
using Swarm.Allocation.Addressing;

namespace Swarm.Hosting.DockerApi;

/// <summary>How full a network is, as the engine tells since API 1.52; here for all who ask for everything.</summary>
internal static class NetworkUsage
{
    public static async Task<NetworkStatusDocument> OfAsync(
        ISwarmClient swarm,
        Network network,
        CancellationToken cancellationToken)
    {
        var taken = new List<string>();
        await foreach (var service in swarm.Services.ListAsync(cancellationToken))
        {
            taken.AddRange((service.Endpoint?.VirtualAddresses ?? default)
                .Where(item => item.NetworkId == network.Id)
                .Select(item => item.Address));
        }

        await foreach (var task in swarm.Tasks.ListAsync(cancellationToken: cancellationToken))
        {
            if (task.Status.State <= TaskState.Running)
            {
                taken.AddRange(AddressesOn(task.Networks, network));
            }
        }

        await foreach (var node in swarm.Nodes.ListAsync(cancellationToken))
        {
            taken.AddRange(AddressesOn(node.Attachments, network));
        }

        var subnets = new SortedDictionary<string, SubnetUsageDocument>(StringComparer.Ordinal);
        foreach (var config in network.Ipam?.Configs ?? default)
        {
            if (Subnet.TryParse(config.Subnet, out var subnet))
            {
                // The gateway is an address in use, too.
                var used = 1UL + (ulong)config.Reserved.Count + (ulong)taken.Count(text =>
                    Subnet.TryParse(text, out var own) && own == subnet);
                var size = new AddressPool(subnet).Size;
                subnets[config.Subnet] = new(used, size > used ? size - used : 0);
            }
        }

        return new(new(subnets));
    }

    /// <summary>What somebody should know who looks at the network; null when there is nothing.</summary>
    public static string[]? WarningsOf(NetworkStatusDocument status)
    {
        var warnings = new List<string>();
        foreach (var (subnet, usage) in status.Addressing.Subnets)
        {
            var size = (UInt128)usage.Used + usage.Available;
            if (FillLevel.Of(usage.Used, size) is > 0 and var level)
            {
                warnings.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"subnet {subnet} is {level} % full or more: {usage.Used} of {size} addresses used"));
            }
        }

        return warnings.Count == 0 ? null : [.. warnings];
    }

    private static IEnumerable<string> AddressesOn(ValueList<NetworkAttachment> attachments, Network network) =>
        attachments.Where(item => item.Network.Id == network.Id).SelectMany(item => item.Addresses);
}
