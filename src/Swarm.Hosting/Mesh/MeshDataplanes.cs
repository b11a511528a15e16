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
        return setup.Dataplane == MeshDataplane.Userspace
            ? userspace
            : new FallbackDataplane(
                new NftablesDataplane(
                    new NftablesOptions { Table = $"swarm_{node}", RoutesLoopback = true, Time = setup.Time },
                    setup.Loggers.CreateLogger<NftablesDataplane>()),
                server => NftablesDataplane.FindLack(server) is null,
                userspace);
    }

    /// <summary>Looks whether the machine can do what is asked of it.</summary>
    /// <exception cref="SwarmException">It cannot; the text says why.</exception>
    public static async Task RequireAsync(MeshDataplane dataplane, CancellationToken cancellationToken)
    {
        if (dataplane == MeshDataplane.Nftables
            && await NftablesDataplane.FindObstacleAsync(cancellationToken: cancellationToken) is { } obstacle)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"this node cannot use the data plane {dataplane}: {obstacle}; run as root with nftables and conntrack "
                + $"installed, or use {MeshDataplane.Userspace}");
        }
    }
}
