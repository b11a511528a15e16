using System.Collections.Immutable;

namespace Swarm.Net;

/// <summary>A front end and the back ends behind it.</summary>
/// <param name="Frontend">Where clients come in; one virtual server per front end.</param>
/// <param name="Backends">Where they are sent; no place twice. Without any, connections are reset.</param>
public sealed record VirtualServer(Frontend Frontend, ImmutableArray<Backend> Backends)
{
    /// <summary>How a back end is chosen.</summary>
    /// <value>Default: <see cref="BalancerKind.RoundRobin"/>, as Docker does.</value>
    public BalancerKind Balancer { get; init; }

    /// <summary>
    /// How long a client comes to the same back end after its last connection, as long as that gets connections at all;
    /// null leaves it to the balancer.
    /// </summary>
    /// <value>Default: null.</value>
    public TimeSpan? Affinity { get; init; }

    /// <summary>
    /// How long open connections may go on when their back end drains or is taken away; then they are reset.
    /// </summary>
    /// <value>Default: 10 s, Docker's grace period for stopping tasks.</value>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether back ends are told who their client is.</summary>
    /// <value>Default: <see cref="ProxyProtocol.None"/>.</value>
    public ProxyProtocol ProxyProtocol { get; init; }

    /// <summary>Most open connections, or flows of UDP; further ones are reset, further packets dropped.</summary>
    /// <value>Default: 16,384.</value>
    public int MaxConnections { get; init; } = 16_384;
}
