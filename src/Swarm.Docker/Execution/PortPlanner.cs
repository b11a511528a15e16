using System.Globalization;
using Swarm.Docker.Engine;

namespace Swarm.Docker.Execution;

/// <summary>Ports of a task: what the engine is to publish, and what it has published.</summary>
/// <remarks>
/// A port in host mode is published as the spec says. One in ingress mode is published at a number of the engine's
/// choice, and the routing mesh of every node leads there.
/// </remarks>
internal static class PortPlanner
{
    private const string HostNetwork = "host";

    /// <summary>What the engine is to publish, by port of the container.</summary>
    /// <param name="ports">The ports of the task.</param>
    /// <param name="meshAddress">Where ports for the mesh are published; empty for every address.</param>
    internal static Dictionary<string, PortBindingDocument[]>? Plan(
        ValueList<PortPublication> ports, string meshAddress)
    {
        var bindings = ports
            .GroupBy(KeyOf)
            .ToDictionary(
                group => group.Key,
                group => group.Select(port => BindingOf(port, meshAddress)).ToArray(),
                StringComparer.Ordinal);
        return bindings.Count == 0 ? null : bindings;
    }

    /// <summary>The ports of a task with the numbers at which the node leads to them.</summary>
    /// <param name="ports">The ports of the task.</param>
    /// <param name="published">What the engine has published.</param>
    /// <param name="network">The container's network, by name.</param>
    internal static ValueList<PortPublication> Read(
        ValueList<PortPublication> ports,
        IReadOnlyDictionary<string, PortBindingDocument[]?>? published,
        string? network)
    {
        if (network == HostNetwork)
        {
            return ports.Select(port => port with { PublishedPort = port.TargetPort }).ToValueList();
        }

        // A binding belongs to one publication: first those whose number is certain, then whatever is left.
        var numbers = new Dictionary<PortPublication, int>();
        var free = ports.Select(KeyOf).Distinct().ToDictionary(
            key => key, key => NumbersOf(published?.GetValueOrDefault(key)), StringComparer.Ordinal);
        foreach (var port in ports.OrderByDescending(IsFixed))
        {
            var candidates = free[KeyOf(port)];
            var number = IsFixed(port) && candidates.Contains(port.PublishedPort)
                ? port.PublishedPort
                : candidates.FirstOrDefault();
            candidates.Remove(number);
            numbers[port] = number;
        }

        return ports
            .Where(port => numbers[port] != 0)
            .Select(port => port with { PublishedPort = numbers[port] })
            .ToValueList();
    }

    internal static string KeyOf(PortPublication port) =>
        string.Create(CultureInfo.InvariantCulture, $"{port.TargetPort}/{NameOf(port.Protocol)}");

    private static bool IsFixed(PortPublication port) => port is { Mode: PublishMode.Host, PublishedPort: > 0 };

    private static PortBindingDocument BindingOf(PortPublication port, string meshAddress) => new()
    {
        HostIp = port.Mode == PublishMode.Ingress ? meshAddress : "",
        HostPort = IsFixed(port) ? port.PublishedPort.ToString(CultureInfo.InvariantCulture) : "",
    };

    // Where every address was asked for, the engine may give IPv6 a number of its own; the mesh goes by IPv4.
    private static List<int> NumbersOf(PortBindingDocument[]? bindings) =>
        [.. (bindings ?? [])
            .OrderBy(binding => binding.HostIp?.Contains(':', StringComparison.Ordinal))
            .Select(binding => int.Parse(binding.HostPort ?? "0", CultureInfo.InvariantCulture))
            .Distinct()];

    private static string NameOf(PortProtocol protocol) => protocol switch
    {
        PortProtocol.Udp => "udp",
        PortProtocol.Sctp => "sctp",
        _ => "tcp",
    };
}
