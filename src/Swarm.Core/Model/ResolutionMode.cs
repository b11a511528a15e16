namespace Swarm;

/// <summary>How a service name resolves; numbers are SwarmKit's.</summary>
public enum ResolutionMode
{
    /// <summary>To one virtual address that balances over the tasks.</summary>
    Vip = 0,

    /// <summary>To the addresses of the tasks, in changing order.</summary>
    DnsRoundRobin = 1,
}
