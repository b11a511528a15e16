using Grpc.Core;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Raft.Consensus;
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
        var first = await NextAsync(requestStream, null, context.CancellationToken);
        if (first is not { Type: RaftPb.MessageType.MsgSnap, Snapshot: not null })
        {
            await TakeAsync(first, context.CancellationToken);
            return new();
        }

        if (Member(first) is { } quorum)
        {
            await ReceiveAsync(quorum, first, requestStream, context.CancellationToken);
        }

        return new();
    }

    public override Task<Protos.ResolveAddressResponse> ResolveAddress(
        Protos.ResolveAddressRequest request,
        ServerCallContext context) => Task.FromResult(new Protos.ResolveAddressResponse
        {
            Addr = services.RequireQuorum().Members.Find(request.RaftId)?.Addr
                ?? throw SwarmException.NotFound($"member {request.RaftId:x} not found"),
        });

    // A member that is still starting loses messages, as every member may.
    private Quorum? Member(RaftPb.Message message)
    {
        var quorum = services.Quorum();
        return quorum is null || !quorum.Members.IsRemoved(message.From)
            ? quorum
            : throw SwarmException.NotFound(RaftPeer.Removed);
    }

    private async Task TakeAsync(RaftPb.Message? message, CancellationToken cancellationToken)
    {
        if (message is null || Member(message) is not { } quorum)
        {
            return;
        }

        // One that cannot be reached would only keep electing itself.
        if (message.Type == RaftPb.MessageType.MsgVote
            && !await quorum.Log.Peers.IsHealthyAsync(message.From, cancellationToken))
        {
            return;
        }

        quorum.Log.Node.Step(message.ToRecord());
    }

    // The parts go to the disk as they come.
    private static async Task ReceiveAsync(
        Quorum quorum,
        RaftPb.Message first,
        IAsyncStreamReader<Protos.StreamRaftMessageRequest> rest,
        CancellationToken cancellationToken)
    {
        var record = first.ToRecord();
        var snapshot = record.Snapshot ?? throw SwarmException.InvalidArgument("the snapshot does not say where it stands");
        var message = record with { Snapshot = snapshot with { Data = default } };
        try
        {
            var taken = await quorum.Log.Node.ReceiveSnapshotAsync(
                message, (destination, stop) => CopyAsync(first, rest, destination, stop), cancellationToken);
            if (!taken)
            {
                throw new SwarmException(
                    SwarmErrorCode.Unavailable, "another snapshot is being received; try again later");
            }
        }
        catch (RaftProtocolException exception)
        {
            throw SwarmException.InvalidArgument(exception.Message);
        }
    }

    private static async Task CopyAsync(
        RaftPb.Message first,
        IAsyncStreamReader<Protos.StreamRaftMessageRequest> rest,
        Stream destination,
        CancellationToken cancellationToken)
    {
        var total = 0L;
        for (var part = first; part is not null; part = await NextAsync(rest, first, cancellationToken))
        {
            var data = part.Snapshot?.Data.Memory ?? default;
            total += data.Length;
            if (total > MaxSnapshotBytes)
            {
                throw SwarmException.InvalidArgument($"a snapshot has at most {MaxSnapshotBytes} bytes");
            }

            await destination.WriteAsync(data, cancellationToken);
        }
    }

    private static async Task<RaftPb.Message?> NextAsync(
        IAsyncStreamReader<Protos.StreamRaftMessageRequest> parts,
        RaftPb.Message? first,
        CancellationToken cancellationToken)
    {
        if (!await parts.MoveNext(cancellationToken))
        {
            return null;
        }

        var part = parts.Current.Message ?? throw SwarmException.InvalidArgument("a message is missing");
        return first is null || (part.Index == first.Index && part.Type == RaftPb.MessageType.MsgSnap)
            ? part
            : throw SwarmException.InvalidArgument("the parts of a stream are not those of one snapshot");
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
