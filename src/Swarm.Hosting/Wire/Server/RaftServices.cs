using Google.Protobuf;
using Grpc.Core;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Mapping;
using RaftPb = Swarm.Hosting.Wire.Protos.Raftpb;

namespace Swarm.Hosting.Wire.Server;

/// <summary>SwarmKit's service Raft: messages of the log between managers.</summary>
internal sealed class RaftService(ManagerServices services) : Protos.Raft.RaftBase
{
    /// <summary>More than a snapshot of the largest swarm has; somebody who sends more sends nonsense.</summary>
    private const int MaxSnapshotBytes = 1024 * 1024 * 1024;

    public override async Task<Protos.ProcessRaftMessageResponse> ProcessRaftMessage(
        Protos.ProcessRaftMessageRequest request,
        ServerCallContext context)
    {
        await TakeAsync(request.Message, context.CancellationToken);
        return new();
    }

    public override async Task<Protos.StreamRaftMessageResponse> StreamRaftMessage(
        IAsyncStreamReader<Protos.StreamRaftMessageRequest> requestStream,
        ServerCallContext context)
    {
        RaftPb.Message? message = null;
        var data = new MemoryStream();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var part = requestStream.Current.Message ?? throw SwarmException.InvalidArgument("a message is missing");
            if (message is not null && (part.Index != message.Index || part.Type != RaftPb.MessageType.MsgSnap))
            {
                throw SwarmException.InvalidArgument("the parts of a stream are not those of one snapshot");
            }

            message ??= part;
            if (part.Snapshot is { HasData: true } snapshot)
            {
                if (data.Length + snapshot.Data.Length > MaxSnapshotBytes)
                {
                    throw SwarmException.InvalidArgument($"a snapshot has at most {MaxSnapshotBytes} bytes");
                }

                snapshot.Data.WriteTo(data);
            }
        }

        if (message is { Type: RaftPb.MessageType.MsgSnap, Snapshot: not null })
        {
            message.Snapshot.Data = UnsafeByteOperations.UnsafeWrap(data.GetBuffer().AsMemory(0, (int)data.Length));
        }

        await TakeAsync(message, context.CancellationToken);
        return new();
    }

    public override Task<Protos.ResolveAddressResponse> ResolveAddress(
        Protos.ResolveAddressRequest request,
        ServerCallContext context) => Task.FromResult(new Protos.ResolveAddressResponse
        {
            Addr = services.RequireQuorum().Members.Find(request.RaftId)?.Addr
                ?? throw SwarmException.NotFound($"member {request.RaftId:x} not found"),
        });

    private async Task TakeAsync(RaftPb.Message? message, CancellationToken cancellationToken)
    {
        // A member that is still starting loses messages, as every member may.
        if (message is null || services.Quorum() is not { } quorum)
        {
            return;
        }

        if (quorum.Members.IsRemoved(message.From))
        {
            throw SwarmException.NotFound(RaftPeer.Removed);
        }

        // One that cannot be reached would only keep electing itself.
        if (message.Type == RaftPb.MessageType.MsgVote
            && !await quorum.Log.Peers.IsHealthyAsync(message.From, cancellationToken))
        {
            return;
        }

        quorum.Log.Node.Step(message.ToRecord());
    }
}

/// <summary>SwarmKit's service RaftMembership: managers come and go.</summary>
internal sealed class RaftMembershipService(ManagerServices services) : Protos.RaftMembership.RaftMembershipBase
{
    public override Task<Protos.JoinResponse> Join(Protos.JoinRequest request, ServerCallContext context)
    {
        var id = Caller.NodeOf(context);
        if (services.View().Nodes.Find(id.Value) is { Spec.DesiredRole: not NodeRole.Manager })
        {
            // Its certificate is a manager's for a little while yet.
            throw SwarmException.FailedPrecondition($"node {id} is being demoted and cannot join the quorum");
        }

        return services.RequireQuorum().JoinAsync(
            id,
            request.Addr,
            Caller.AddressOf(context),
            context.CancellationToken);
    }

    public override async Task<Protos.LeaveResponse> Leave(Protos.LeaveRequest request, ServerCallContext context)
    {
        var member = request.Node ?? throw SwarmException.InvalidArgument("no node information provided");
        await services.RequireQuorum().RemoveAsync(member.RaftId, context.CancellationToken);
        return new();
    }
}
