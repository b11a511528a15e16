namespace Swarm.Allocation;

/// <summary>What a service asks of the allocator, and whether it has that.</summary>
internal static class ServiceNeeds
{
    /// <summary>The networks of a service; the place in the service itself is the deprecated one.</summary>
    public static ValueList<NetworkAttachmentSpec> NetworksOf(ServiceSpec spec) =>
        spec.TaskTemplate.Networks.IsEmpty ? spec.Networks : spec.TaskTemplate.Networks;

    /// <summary>True when the routing mesh leads to the service.</summary>
    public static bool NeedsIngress(ServiceSpec spec)
    {
        if (spec.Endpoint is not { Mode: ResolutionMode.Vip } endpoint)
        {
            return false;
        }

        foreach (var port in endpoint.Ports)
        {
            if (port.Mode == PublishMode.Ingress)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Networks on which the service is to have an address, each once, the routing mesh first.</summary>
    /// <param name="spec">The service.</param>
    /// <param name="ingress">The network of the routing mesh; empty when there is none.</param>
    public static List<NetworkId> AddressedNetworks(ServiceSpec spec, NetworkId ingress)
    {
        var networks = new List<NetworkId>();
        if (spec.Endpoint is { Mode: ResolutionMode.DnsRoundRobin })
        {
            return networks;
        }

        if (NeedsIngress(spec))
        {
            networks.Add(ingress);
        }

        foreach (var attachment in NetworksOf(spec))
        {
            NetworkId id = new(attachment.Target);
            if (!networks.Contains(id))
            {
                networks.Add(id);
            }
        }

        return networks;
    }

    /// <summary>True when endpoint and addresses were made for the current spec.</summary>
    public static bool IsAllocated(Service service, NetworkId ingress)
    {
        if (service.Spec.Endpoint != service.Endpoint?.Spec)
        {
            return false;
        }

        var wanted = AddressedNetworks(service.Spec, ingress);
        var shown = service.Endpoint?.VirtualAddresses ?? default;
        return shown.Count == wanted.Count && shown.All(address => wanted.Contains(address.NetworkId));
    }

    /// <summary>True when what was allocated for one spec holds for the other.</summary>
    public static bool AreEqual(ServiceSpec one, ServiceSpec other) =>
        one.Endpoint == other.Endpoint && NetworksOf(one) == NetworksOf(other);
}
