using Grpc.Core;
using Swarm.Dispatch;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Server;

/// <summary>SwarmKit's service LogBroker: tells agents whose logs are wanted, and takes them.</summary>
internal sealed class LogBrokerService(ManagerServices services) : Protos.LogBroker.LogBrokerBase
{
    public override async Task ListenSubscriptions(
        Protos.ListenSubscriptionsRequest request,
        IServerStreamWriter<Protos.SubscriptionMessage> responseStream,
        ServerCallContext context)
    {
        var messages = services.RequireDispatcher().Logs.ListenAsync(
            Caller.NodeOf(context),
            context.CancellationToken);
        await foreach (var message in messages)
        {
            await responseStream.WriteAsync(message.ToWire(), context.CancellationToken);
        }
    }

    public override async Task<Protos.PublishLogsResponse> PublishLogs(
        IAsyncStreamReader<Protos.PublishLogsMessage> requestStream,
        ServerCallContext context)
    {
        var node = Caller.NodeOf(context);
        var logs = services.RequireDispatcher().Logs;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var message = requestStream.Current;
            TaskLogLine[] lines = [.. message.Messages.Select(line => line.ToRecord())];
            await logs.PublishAsync(node, message.SubscriptionId, lines, message.Close, context.CancellationToken);
            if (message.Close)
            {
                break;
            }
        }

        return new();
    }
}
