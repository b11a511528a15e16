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

    private static string Of(IPAddress address) => address.ToString().Replace(':', '.');
}
