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
        var open = "";
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                var message = requestStream.Current;
                open = message.Close ? "" : message.SubscriptionId;
                TaskLogLine[] lines = [.. message.Messages.Select(line => line.ToRecord())];
                await logs.PublishAsync(node, message.SubscriptionId, lines, message.Close, context.CancellationToken);
                if (message.Close)
                {
                    break;
                }
            }
        }
        finally
        {
            // The end of the stream is the end of what the node has to say, however it came about.
            if (open.Length > 0)
            {
                await CloseAsync(logs, node, open);
            }
        }

        return new();
    }

    private static async Task CloseAsync(LogBroker logs, NodeId node, string subscriptionId)
    {
        try
        {
            await logs.PublishAsync(node, subscriptionId, [], close: true, CancellationToken.None);
        }
        catch (SwarmException exception) when (exception.Code is SwarmErrorCode.NotFound)
        {
            // Its reader has gone before.
        }
    }
}
