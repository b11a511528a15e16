namespace Swarm.Net;

/// <summary>What a port speaks.</summary>
public enum Transport
{
    /// <summary>TCP.</summary>
    Tcp = 0,

    /// <summary>UDP.</summary>
    Udp = 1,
}
