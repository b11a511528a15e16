using System.Net;
using Microsoft.Extensions.Logging;
using Swarm.Hosting.Nodes;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>Makes the part of overlay networks that a node is to have.</summary>
internal static class NodeOverlays
{
    private const int OwnerLength = 10;

    /// <summary>Makes it; null when none is asked for.</summary>
    public static IOverlay? Create(NodeSetup setup, NodeId node, NodeAddresses addresses)
    {
        if (!setup.Overlay)
        {
            return null;
        }

        var address = IPAddress.TryParse(addresses.AdvertiseHost, out var parsed) ? parsed : null;
        if (address is null || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
        {
            return new RefusingOverlay(
                "overlay networks need a node with an address of IPv4, and this one advertises "
                + addresses.AdvertiseHost);
        }

        return new VxlanOverlay(
            new OverlayOptions(node.Value[..Math.Min(OwnerLength, node.Value.Length)], address),
            setup.Loggers.CreateLogger<VxlanOverlay>());
    }

    /// <summary>Looks whether the machine can do what is asked of it.</summary>
    /// <exception cref="SwarmException">It cannot; the text says why.</exception>
    public static async Task RequireAsync(bool isWanted, CancellationToken cancellationToken)
    {
        if (isWanted && await VxlanOverlay.FindObstacleAsync(cancellationToken: cancellationToken) is { } obstacle)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"this node cannot give tasks networks of their own: {obstacle}; run as root with nftables and "
                + "conntrack installed, or without the overlay");
        }
    }
}
