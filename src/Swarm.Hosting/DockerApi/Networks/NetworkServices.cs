using System.Globalization;

namespace Swarm.Hosting.DockerApi;

/// <summary>The services on a network, for those who ask for all of it.</summary>
internal static class NetworkServices
{
    public static async Task<SortedDictionary<string, NetworkServiceDocument>> OfAsync(
        ISwarmClient swarm,
        Network network,
        CancellationToken cancellationToken)
    {
        var hosts = new Dictionary<NodeId, string>();
        await foreach (var node in swarm.Nodes.ListAsync(cancellationToken))
        {
            hosts[node.Id] = node.Status.Address;
        }

        var tasks = new List<SwarmTask>();
        await foreach (var task in swarm.Tasks.ListAsync(cancellationToken: cancellationToken))
        {
            if (task.Status.State == TaskState.Running && AddressOn(task, network) is not null)
            {
                tasks.Add(task);
            }
        }

        var services = new SortedDictionary<string, NetworkServiceDocument>(StringComparer.Ordinal);
        foreach (var group in tasks.GroupBy(task => task.ServiceAnnotations.Name))
        {
            var endpoint = group.First().Endpoint;
            services[group.Key] = new()
            {
                VirtualAddress = WithoutPrefix((endpoint?.VirtualAddresses ?? default)
                    .FirstOrDefault(item => item.NetworkId == network.Id)?.Address ?? "<nil>"),
                Ports = network.Spec.Ingress ? [.. (endpoint?.Ports ?? default).Select(Write)] : [],
                Tasks = [.. group.Select(task => new NetworkTaskDocument
                {
                    Name = task.Name,
                    EndpointId = "",
                    Address = WithoutPrefix(AddressOn(task, network)!),
                    Info = new() { ["Host IP"] = hosts.GetValueOrDefault(task.NodeId, "") },
                })],
            };
        }

        return services;
    }

    private static string? AddressOn(SwarmTask task, Network network) => task.Networks
        .FirstOrDefault(attachment => attachment.Network.Id == network.Id)?.Addresses is [var address, ..]
            ? address
            : null;

    private static string WithoutPrefix(string address) => address.Split('/')[0];

    private static string Write(PortPublication port) => string.Create(
        CultureInfo.InvariantCulture,
        $"Target: {port.TargetPort}, Publish: {port.PublishedPort}");
}
