using System.Threading.Channels;

namespace Swarm.Hosting.DockerApi;

/// <summary>The last events of this node, and those who listen for the next; thread-safe.</summary>
/// <remarks>A listener that falls behind is cut off; it can never hold up the feed or another listener.</remarks>
internal sealed class EventHistory
{
    /// <summary>Events kept for <c>--since</c>, and events a listener may lag behind.</summary>
    public const int Capacity = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<EngineEvent> _events = new();
    private readonly List<Channel<EngineEvent>> _listeners = [];

    public void Add(EngineEvent engineEvent)
    {
        lock (_lock)
        {
            if (_events.Count == Capacity)
            {
                _events.Dequeue();
            }

            _events.Enqueue(engineEvent);
            for (var i = _listeners.Count - 1; i >= 0; i--)
            {
                if (!_listeners[i].Writer.TryWrite(engineEvent))
                {
                    _listeners[i].Writer.Complete(new SwarmException(
                        SwarmErrorCode.ResyncRequired,
                        $"events are read too slowly: more than {Capacity} are waiting; ask again with --since"));
                    _listeners.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>Forgets the past; whoever listens goes on listening.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _events.Clear();
        }
    }

    public EngineEvent[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _events];
        }
    }

    /// <summary>The past and everything after it, without a gap between them.</summary>
    public Subscription Listen()
    {
        var channel = Channel.CreateBounded<EngineEvent>(new BoundedChannelOptions(Capacity)
        {
            SingleReader = true,
            AllowSynchronousContinuations = false,
        });
        lock (_lock)
        {
            _listeners.Add(channel);
            return new Subscription(this, channel, [.. _events]);
        }
    }

    private void Remove(Channel<EngineEvent> channel)
    {
        lock (_lock)
        {
            _listeners.Remove(channel);
        }
    }

    internal sealed class Subscription(EventHistory history, Channel<EngineEvent> channel, EngineEvent[] past)
        : IDisposable
    {
        public EngineEvent[] Past => past;

        public ChannelReader<EngineEvent> Next => channel.Reader;

        public void Dispose() => history.Remove(channel);
    }
}
