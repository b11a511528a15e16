using System.Runtime.CompilerServices;
using Swarm.Agents;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Wire.Client;
using Swarm.Hosting.Wire.Mapping;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Mesh;

/// <summary>A node's way to the mesh: this process's own directory while it is a manager, over the network else.</summary>
/// <param name="directory">The directory of this process; null while it is no manager.</param>
/// <param name="managers">The managers to choose from.</param>
/// <param name="identity">Who the node is.</param>
/// <param name="time">The clock.</param>
internal sealed class NearestMesh(
    Func<MeshDirectory?> directory,
    ManagerChoice managers,
    CurrentIdentity identity,
    TimeProvider time) : IMeshSource
{
    public IAsyncEnumerable<MeshUpdate> WatchAsync(ulong version, CancellationToken cancellationToken) =>
        directory() is { } own
            ? own.WatchAsync(version, () => RequireManager(own), cancellationToken)
            : WatchRemotelyAsync(version, cancellationToken);

    private void RequireManager(MeshDirectory own)
    {
        if (directory() != own)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, "this node is a manager no longer");
        }
    }

    private async IAsyncEnumerable<MeshUpdate> WatchRemotelyAsync(
        ulong version,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var manager = managers.Next() ?? throw new SwarmException(
            SwarmErrorCode.Unavailable,
            "no manager of the swarm is known");
        using var channel = ManagerChannel.ToManager(manager.Address, identity.Value, time);
        var call = new Protos.Mesh.MeshClient(channel).Watch(
            new() { Version = version },
            cancellationToken: cancellationToken);
        var parts = new List<Protos.MeshMessage>();
        await foreach (var message in Calls.ReadAsync(call, manager.Address, cancellationToken))
        {
            parts.Add(message);
            if (!message.More)
            {
                yield return MeshMapping.ToRecord(parts);
                parts.Clear();
            }
        }
    }
}
