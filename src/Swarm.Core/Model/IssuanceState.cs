namespace Swarm;

/// <summary>Where the issuance of a certificate stands; numbers are SwarmKit's.</summary>
public enum IssuanceState
{
    /// <summary>Nothing known.</summary>
    Unknown = 0,

    /// <summary>A renewal waits for its signature.</summary>
    Renew = 1,

    /// <summary>A first certificate waits for its signature.</summary>
    Pending = 2,

    /// <summary>Issued.</summary>
    Issued = 3,

    /// <summary>Refused.</summary>
    Failed = 4,

    /// <summary>The node should renew now.</summary>
    Rotate = 5,
}
