using System.Threading.Channels;

namespace Swarm.Dispatch;

/// <summary>A node that waits for log subscriptions.</summary>
internal sealed class LogListener(NodeId nodeId, int capacity)
{
    private readonly Channel<LogSubscriptionMessage> _messages =
        Channel.CreateBounded<LogSubscriptionMessage>(capacity);

    public NodeId NodeId { get; } = nodeId;

    public ChannelReader<LogSubscriptionMessage> Messages => _messages.Reader;

    /// <summary>Sends a message; a node that does not take its messages is cut off.</summary>
    public bool TrySend(LogSubscriptionMessage message)
    {
        if (_messages.Writer.TryWrite(message))
        {
            return true;
        }

        End(new SwarmException(SwarmErrorCode.ResourceExhausted, "log subscriptions were taken too slowly"));
        return false;
    }

    public void End(SwarmException reason) => _messages.Writer.TryComplete(reason);
}
