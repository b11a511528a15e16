using System.Net;
using System.Net.Sockets;
using Swarm.Net.Kernel;
using Swarm.Net.Netlink;

namespace Swarm.Net.Ipvs;

/// <summary>What IPVS cannot do, in words.</summary>
internal static class IpvsLimits
{
    public static string? FindLack(VirtualServer server)
    {
        if (server.ProxyProtocol != ProxyProtocol.None)
        {
            return "IPVS cannot speak the PROXY protocol; the user-space plane can";
        }

        if (server.HasScope())
        {
            return "IPVS knows no addresses with a scope; the user-space plane does";
        }

        var isLoopback = IPAddress.IsLoopback(server.Frontend.Address);
        if (server.Backends.Any(backend => IPAddress.IsLoopback(backend.Address) != isLoopback))
        {
            return isLoopback
                ? "IPVS leads nobody from a loopback address to another machine; the user-space plane does"
                : "IPVS leads nobody to a loopback address; the user-space plane does";
        }

        var isV6 = server.Frontend.Address.IsV6();
        var isForBoth = server.Frontend.Address.Equals(IPAddress.IPv6Any);
        return !isForBoth && server.Backends.Any(backend => backend.Address.IsV6() != isV6)
            ? "IPVS does not lead from one family of addresses to the other; the user-space plane does"
            : null;
    }

    /// <summary>
    /// Packets for other machines pass IPVS by. Whether an address is this machine's, binding to it tells.
    /// </summary>
    public static string? FindStranger(Frontend frontend)
    {
        var address = frontend.Address;
        if (frontend.IsEverywhere() || IPAddress.IsLoopback(address))
        {
            return null;
        }

        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            return null;
        }
        catch (SocketException exception)
        {
            return $"{address} is not an address of this machine: {exception.Message}";
        }
    }

    /// <summary>Why it cannot be used at all.</summary>
    public static string Explain(NetlinkException exception) => exception.Error switch
    {
        NetlinkException.NoSuchEntry =>
            "this kernel has no IPVS: the module ip_vs is neither built in nor could it be loaded",
        NetlinkException.NotPermitted => "IPVS may be used with CAP_NET_ADMIN only, which this process does not have",
        _ => $"IPVS cannot be used: {exception.Message}",
    };
}
