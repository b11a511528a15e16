namespace Swarm;

/// <summary>What has been allocated for a service.</summary>
public sealed record ServiceEndpoint
{
    /// <summary>The spec these allocations were made for.</summary>
    public EndpointSpec? Spec { get; init; }

    /// <summary>The ports with their allocated numbers.</summary>
    public ValueList<PortPublication> Ports { get; init; }

    /// <summary>The virtual addresses, one per network.</summary>
    public ValueList<VirtualAddress> VirtualAddresses { get; init; }
}
