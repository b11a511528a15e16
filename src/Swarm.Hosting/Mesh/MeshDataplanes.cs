using Microsoft.Extensions.Logging;
using Swarm.Hosting.Nodes;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>Makes the data plane that a node is to have.</summary>
internal static class MeshDataplanes
{
    public static IDataplane Create(NodeSetup setup, NodeId node)
    {
        var userspace = new UserspaceDataplane(
            new UserspaceOptions { Time = setup.Time },
            setup.Loggers.CreateLogger<UserspaceDataplane>());
        return setup.Dataplane switch
        {
            MeshDataplane.Nftables => new FallbackDataplane(
                new NftablesDataplane(
                    new NftablesOptions { Table = $"swarm_{node}", RoutesLoopback = true, Time = setup.Time },
                    setup.Loggers.CreateLogger<NftablesDataplane>()),
                userspace),
            MeshDataplane.Ipvs => new FallbackDataplane(
                new IpvsDataplane(
                    new IpvsOptions { Table = $"swarm_{node}", Time = setup.Time },
                    setup.Loggers.CreateLogger<IpvsDataplane>()),
                userspace),
            _ => userspace,
        };
    }

    /// <summary>Looks whether the machine can do what is asked of it.</summary>
    /// <exception cref="SwarmException">It cannot; the text says why.</exception>
    public static async Task RequireAsync(MeshDataplane dataplane, CancellationToken cancellationToken)
    {
        var obstacle = dataplane switch
        {
            MeshDataplane.Nftables => await NftablesDataplane.FindObstacleAsync(cancellationToken: cancellationToken),
            MeshDataplane.Ipvs => await IpvsDataplane.FindObstacleAsync(cancellationToken: cancellationToken),
            _ => null,
        };
        if (obstacle is not null)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"this node cannot use the data plane {dataplane}: {obstacle}; run as root with nftables and conntrack "
                + $"installed, or use {MeshDataplane.Userspace}");
        }
    }
}
