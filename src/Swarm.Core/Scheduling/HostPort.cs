namespace Swarm.Scheduling;

/// <summary>A port of a node that at most one task can have.</summary>
/// <param name="Protocol">The transport.</param>
/// <param name="Port">The number.</param>
public readonly record struct HostPort(PortProtocol Protocol, int Port)
{
    /// <summary>The host-mode ports with a fixed number that a task publishes.</summary>
    internal static HostPort[] Of(SwarmTask task)
    {
        if (task.Endpoint is not { Ports: { IsEmpty: false } published })
        {
            return [];
        }

        var count = 0;
        foreach (var port in published)
        {
            count += IsFixed(port) ? 1 : 0;
        }

        if (count == 0)
        {
            return [];
        }

        var ports = new HostPort[count];
        foreach (var port in published)
        {
            if (IsFixed(port))
            {
                ports[--count] = new HostPort(port.Protocol, port.PublishedPort);
            }
        }

        return ports;
    }

    private static bool IsFixed(PortPublication port) => port is { Mode: PublishMode.Host, PublishedPort: not 0 };
}
