using System.Collections.Concurrent;
using Grpc.Core;

namespace Swarm.Hosting.Wire.Client;

/// <summary>
/// Logs on their way to one manager: a stream for each subscription, as long as it lasts, because managers take the end
/// of a stream for the end of the node's logs.
/// </summary>
internal sealed class LogPublications(Protos.LogBroker.LogBrokerClient client, string address)
{
    private readonly ConcurrentDictionary<string, Publication> _open = new(StringComparer.Ordinal);

    /// <summary>Sends lines; the last ones of a subscription with <c>Close</c> set.</summary>
    public async Task SendAsync(Protos.PublishLogsMessage message, CancellationToken cancellationToken)
    {
        var publication = _open.GetOrAdd(
            message.SubscriptionId,
            static (_, owner) => new Publication(owner.PublishLogs()),
            client);
        try
        {
            await publication.SendAsync(message, cancellationToken);
        }
        catch (Exception exception)
        {
            Drop(message.SubscriptionId);
            throw exception is RpcException rpc ? Calls.Translate(rpc, address) : exception;
        }

        if (message.Close)
        {
            Drop(message.SubscriptionId);
        }
    }

    /// <summary>Ends the stream of a subscription that nobody reads any more.</summary>
    public void Drop(string subscriptionId)
    {
        if (_open.TryRemove(subscriptionId, out var publication))
        {
            publication.Dispose();
        }
    }

    private sealed class Publication(AsyncClientStreamingCall<Protos.PublishLogsMessage,
        Protos.PublishLogsResponse> call)
        : IDisposable
    {
        public async Task SendAsync(Protos.PublishLogsMessage message, CancellationToken cancellationToken)
        {
            try
            {
                await call.RequestStream.WriteAsync(message, cancellationToken);
            }
            catch (InvalidOperationException exception) when (call.ResponseAsync.IsCompleted)
            {
                // The manager has ended the stream; how, its answer says.
                await call.ResponseAsync;
                throw new SwarmException(
                    SwarmErrorCode.NotFound,
                    "the manager has ended the log subscription",
                    exception);
            }

            if (message.Close)
            {
                await call.RequestStream.CompleteAsync();
                await call.ResponseAsync.WaitAsync(cancellationToken);
            }
        }

        public void Dispose() => call.Dispose();
    }
}
