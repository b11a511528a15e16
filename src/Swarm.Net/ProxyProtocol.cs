namespace Swarm.Net;

/// <summary>
/// Whether back ends are told who their client is, by a header before the first byte (HAProxy's PROXY protocol). A back
/// end must expect it. TCP only.
/// </summary>
public enum ProxyProtocol
{
    /// <summary>They are not told.</summary>
    None = 0,

    /// <summary>As a line of text.</summary>
    V1 = 1,

    /// <summary>In binary form.</summary>
    V2 = 2,
}
