using System.Net;

namespace Swarm.Net;

/// <summary>Where connections go. Address and port say which one it is.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port, 1–65535.</param>
/// <param name="Weight">Its share among the others, 1–65535; only weighted balancers look at it.</param>
/// <param name="State">Whether it gets new connections.</param>
public sealed record Backend(
    IPAddress Address,
    int Port,
    int Weight = 1,
    BackendState State = BackendState.Active)
{
    /// <summary>The largest weight.</summary>
    public const int MaxWeight = ushort.MaxValue;

    internal bool IsSamePlace(Backend other) => Port == other.Port && Address.Equals(other.Address);
}
