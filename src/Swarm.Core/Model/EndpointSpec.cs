namespace Swarm;

/// <summary>How a service is reached.</summary>
public sealed record EndpointSpec
{
    /// <summary>How the service's name resolves.</summary>
    public ResolutionMode Mode { get; init; }

    /// <summary>The published ports.</summary>
    public ValueList<PortPublication> Ports { get; init; }
}
