using System.Net;
using Swarm.Execution;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Mesh;

/// <summary>Whether and where a node answers published ports.</summary>
internal static class PublishedPorts
{
    /// <summary>
    /// Tasks that are reached at ports of their node need its mesh. Docker Engines have their own, and tasks in memory
    /// listen nowhere.
    /// </summary>
    public static bool AreAnsweredWith(IExecutor executor) => executor is INodePortExecutor;

    /// <summary>
    /// The address that the node listens at where that is a certain one, so that several nodes of one machine do not
    /// get into each other's way; every address of the machine otherwise.
    /// </summary>
    public static IPAddress ListenAddress(NodeAddresses addresses)
    {
        var listen = IPAddress.Parse(addresses.ListenHost);
        if (!listen.Equals(IPAddress.Any) && !listen.Equals(IPAddress.IPv6Any))
        {
            return listen;
        }

        return IPAddress.TryParse(addresses.AdvertiseHost, out var advertised) && IPAddress.IsLoopback(advertised)
            ? advertised
            : Every();
    }

    private static IPAddress Every() =>
        System.Net.Sockets.Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
}
