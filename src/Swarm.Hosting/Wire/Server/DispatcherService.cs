using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Swarm.Dispatch;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Server;

/// <summary>SwarmKit's service Dispatcher: the dispatcher, for agents on other machines.</summary>
internal sealed class DispatcherService(ManagerServices services) : Protos.Dispatcher.DispatcherBase
{
    public override async Task Session(
        Protos.SessionRequest request,
        IServerStreamWriter<Protos.SessionMessage> responseStream,
        ServerCallContext context)
    {
        ReportLimits.Require(request);
        var messages = ConnectionOf(context).OpenSessionAsync(
            request.ToRecord(Caller.AddressOf(context)),
            context.CancellationToken);
        await foreach (var message in messages)
        {
            await responseStream.WriteAsync(message.ToWire(), context.CancellationToken);
        }
    }

    public override async Task<Protos.HeartbeatResponse> Heartbeat(
        Protos.HeartbeatRequest request,
        ServerCallContext context)
    {
        var period = await ConnectionOf(context).HeartbeatAsync(request.SessionId, context.CancellationToken);
        return new() { Period = Duration.FromTimeSpan(period) };
    }

    public override async Task<Protos.UpdateTaskStatusResponse> UpdateTaskStatus(
        Protos.UpdateTaskStatusRequest request,
        ServerCallContext context)
    {
        ReportLimits.Require(request);
        await ConnectionOf(context).UpdateTaskStatusAsync(
            request.SessionId,
            [.. request.ToRecords()],
            context.CancellationToken);
        return new();
    }

    // No volume is ever published by this manager, so there is nothing that a node could let go of.
    public override Task<Protos.UpdateVolumeStatusResponse> UpdateVolumeStatus(
        Protos.UpdateVolumeStatusRequest request,
        ServerCallContext context) => Task.FromResult(new Protos.UpdateVolumeStatusResponse());

    public override async Task Assignments(
        Protos.AssignmentsRequest request,
        IServerStreamWriter<Protos.AssignmentsMessage> responseStream,
        ServerCallContext context)
    {
        var shared = new SharedMessages();
        var messages = ConnectionOf(context).OpenAssignmentsAsync(request.SessionId, context.CancellationToken);
        await foreach (var message in messages)
        {
            await responseStream.WriteAsync(message.ToWire(shared), context.CancellationToken);
        }
    }

    private IDispatcherConnection ConnectionOf(ServerCallContext context) =>
        services.RequireDispatcher().Connect(Caller.NodeOf(context), Caller.AddressOf(context));
}
