using Grpc.Core;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Server;

/// <summary>Our own service Mesh: tells agents of ours which ports to answer and where the tasks are.</summary>
internal sealed class MeshWatchService(ManagerServices services) : Protos.Mesh.MeshBase
{
    public override async Task Watch(
        Protos.MeshWatchRequest request,
        IServerStreamWriter<Protos.MeshMessage> responseStream,
        ServerCallContext context)
    {
        // A manager that does not lead any more may know nothing new: its readers have to look for the leader.
        var updates = services.Mesh.WatchAsync(
            request.Version,
            () => services.RequireAuthority(),
            context.CancellationToken);
        await foreach (var update in updates)
        {
            foreach (var message in update.ToWire())
            {
                await responseStream.WriteAsync(message, context.CancellationToken);
            }
        }
    }
}
