using System.Net;

namespace Swarm.Net;

/// <summary>Where clients come in.</summary>
/// <param name="Address">
/// Address to listen at; <see cref="IPAddress.IPv6Any"/> stands for every address of both families, and
/// <see cref="IPAddress.Any"/> for those of IPv4.
/// </param>
/// <param name="Port">Port, 1–65535.</param>
/// <param name="Transport">TCP or UDP; the two are different front ends.</param>
public sealed record Frontend(IPAddress Address, int Port, Transport Transport = Transport.Tcp)
{
    /// <summary>For people, such as <c>127.0.0.1:80/tcp</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() =>
        $"{new IPEndPoint(Address, Port)}/{(Transport == Transport.Udp ? "udp" : "tcp")}";
}
