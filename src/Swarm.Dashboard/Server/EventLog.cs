using Swarm.Control;
using Swarm.Storage;

namespace Swarm.Dashboard;

/// <summary>What happened lately, in words, as far as it could be seen in the store of this manager.</summary>
internal sealed class EventLog(ISwarmWindow window, TimeProvider time)
{
    /// <summary>Events kept.</summary>
    public const int Capacity = 500;

    /// <summary>Changes that may wait to be put into words; the words of more are lost.</summary>
    private const int FeedLimit = 50_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Queue<(long Number, EventDocument Event)> _events = new();
    private long _last;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ClusterStore? store = null;
        ChangeSubscription? feed = null;
        try
        {
            while (true)
            {
                if (window.Store is var current && (current != store || feed is { IsCutOff: true }))
                {
                    feed?.Dispose();
                    (store, feed) = (current, current?.Watch(limit: FeedLimit));
                }

                while (feed is not null && feed.TryRead(out var transaction))
                {
                    Add(transaction);
                }

                await Task.Delay(Tick, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            feed?.Dispose();
        }
    }

    /// <summary>The events after the one of a number, and the number of the last.</summary>
    public (EventDocument[] Events, long Last) After(long number)
    {
        lock (_gate)
        {
            return ([.. _events.Where(entry => entry.Number > number).Select(entry => entry.Event)], _last);
        }
    }

    /// <summary>The events after a version of the store, and the number of the last.</summary>
    public (EventDocument[] Events, long Last) After(ObjectVersion version)
    {
        lock (_gate)
        {
            return ([.. _events.Where(entry => entry.Event.V > version.Index).Select(entry => entry.Event)], _last);
        }
    }

    // All of a transaction at once: whoever has seen its version has seen all of it.
    private void Add(CommittedTransaction transaction)
    {
        lock (_gate)
        {
            foreach (var change in transaction.Changes)
            {
                if (EventView.Of(change, time.GetUtcNow()) is { } written)
                {
                    _events.Enqueue((++_last, written));
                    while (_events.Count > Capacity)
                    {
                        _events.Dequeue();
                    }
                }
            }
        }
    }
}
