using System.Net;

namespace Swarm.Net.Nftables;

/// <summary>Names of chains, which say what they are for and do not depend on anything else.</summary>
internal static class Names
{
    public static string Of(Transport transport) => transport == Transport.Udp ? "udp" : "tcp";

    public static string Of(Frontend frontend) =>
        $"server_{Of(frontend.Transport)}_{Of(frontend.Address)}_{frontend.Port}";

    public static string Of(Frontend frontend, Backend backend) =>
        $"backend_{Of(frontend.Transport)}_{Of(frontend.Address)}_{frontend.Port}_{Of(backend.Address)}_{backend.Port}";

    /// <summary>Whether it stands for every address of the machine.</summary>
    public static bool IsEverywhere(this Frontend frontend) =>
        frontend.Address.Equals(IPAddress.Any) || frontend.Address.Equals(IPAddress.IPv6Any);

    private static string Of(IPAddress address) => address.ToString().Replace(':', '.');
}
