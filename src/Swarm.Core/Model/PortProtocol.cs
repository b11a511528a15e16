namespace Swarm;

/// <summary>Transports of ports; numbers are SwarmKit's.</summary>
public enum PortProtocol
{
    /// <summary>TCP.</summary>
    Tcp = 0,

    /// <summary>UDP.</summary>
    Udp = 1,

    /// <summary>SCTP.</summary>
    Sctp = 2,
}
