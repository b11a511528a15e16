using System.Net;
using System.Net.Sockets;

namespace Swarm.Hosting.Nodes;

/// <summary>Where a node that joins listens and is reached.</summary>
internal static class JoinAddresses
{
    /// <summary>The addresses of a request; what it leaves open is the address that this machine uses towards the manager.</summary>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>: an address, or no manager named.</exception>
    public static NodeAddresses Of(SwarmJoinRequest request, SwarmManagerOptions options)
    {
        if (request.RemoteAddresses.IsEmpty)
        {
            throw SwarmException.InvalidArgument("at least 1 RemoteAddr is required to join");
        }

        Certificates.JoinToken.Parse(request.JoinToken);
        var addresses = AdvertiseAddress.Resolve(
            request.ListenAddress is "" or NewSwarm.DefaultListenAddress ? options.ListenAddress
                : request.ListenAddress,
            request.AdvertiseAddress.Length == 0 ? options.AdvertiseAddress ?? "" : request.AdvertiseAddress,
            request.DataPathAddress,
            LocalInterface.List(),
            detect: false);
        var complete = addresses.AdvertiseHost.Length > 0
            ? addresses
            : addresses with { AdvertiseHost = AddressTowards(request.RemoteAddresses[0]) };
        return complete.WithOneDataPath();
    }

    // Nothing is sent: connecting a datagram socket only chooses the way.
    private static string AddressTowards(string manager)
    {
        var host = IPEndPoint.TryParse(manager, out var endPoint) ? endPoint.Address : IPAddress.None;
        if (host.Equals(IPAddress.None))
        {
            return "";
        }

        try
        {
            using var socket = new Socket(host.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(host, AdvertiseAddress.DefaultPort);
            return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
