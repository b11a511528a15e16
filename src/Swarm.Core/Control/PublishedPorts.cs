using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Tells a caller at once that a port is taken; the allocator has the last word.</summary>
internal static class PublishedPorts
{
    /// <summary>Looks at the requested and at the allocated ports of every other service.</summary>
    /// <exception cref="SwarmException">A port is taken.</exception>
    public static void RequireFree(StoreTransaction transaction, EndpointSpec? endpoint, ServiceId self)
    {
        var wanted = (endpoint?.Ports ?? default).Where(port => port.PublishedPort != 0).ToArray();
        if (wanted.Length == 0)
        {
            return;
        }

        foreach (var service in transaction.Services.All)
        {
            if (service.Id != self)
            {
                RequireNoConflict(wanted, service.Spec.Endpoint?.Ports ?? default, service);
                RequireNoConflict(wanted, service.Endpoint?.Ports ?? default, service);
            }
        }
    }

    // Tasks may share a host-mode port by running on different nodes; nothing can share a port of the routing mesh.
    private static void RequireNoConflict(
        PortPublication[] wanted,
        ValueList<PortPublication> existing,
        Service service)
    {
        foreach (var port in existing)
        {
            foreach (var other in wanted)
            {
                var clash = port.PublishedPort == other.PublishedPort
                    && port.Protocol == other.Protocol
                    && (port.Mode == PublishMode.Ingress || other.Mode == PublishMode.Ingress);
                var kind = port.Mode == PublishMode.Ingress ? "an ingress" : "a host-published";
                Rule.Require(
                    !clash,
                    $"port '{port.PublishedPort}' is already in use by service '{service.Spec.Name}' ({service.Id}) "
                    + $"as {kind} port");
            }
        }
    }
}
