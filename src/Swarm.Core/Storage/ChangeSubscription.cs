using System.Threading.Channels;

namespace Swarm.Storage;

/// <summary>
/// A reader's place in the change feed: a snapshot, and every transaction after it without gap or overlap. A reader
/// that falls too far behind is cut off with <see cref="SwarmErrorCode.ResyncRequired"/>; nobody waits for it.
/// </summary>
internal sealed class ChangeSubscription : IDisposable
{
    private readonly Channel<CommittedTransaction> _queue =
        Channel.CreateUnbounded<CommittedTransaction>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ChangeFeed _feed;
    private readonly int _limit;
    private int _waiting;

    internal ChangeSubscription(ChangeFeed feed, WatchScope scope, ClusterView view, int limit)
    {
        _feed = feed;
        _limit = limit;
        Scope = scope;
        View = view;
    }

    /// <summary>The store at the moment of subscribing.</summary>
    public ClusterView View { get; }

    /// <summary>True when all has been read and nothing more will come: the reader has to list again.</summary>
    public bool IsCutOff => _queue.Reader.Completion.IsFaulted;

    internal WatchScope Scope { get; }

    /// <summary>Waits until <see cref="TryRead"/> has something.</summary>
    /// <exception cref="SwarmException">The reader fell behind and must list again.</exception>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        _queue.Reader.WaitToReadAsync(cancellationToken);

    public bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out CommittedTransaction transaction)
    {
        if (!_queue.Reader.TryRead(out transaction))
        {
            return false;
        }

        Interlocked.Add(ref _waiting, -transaction.Changes.Count);
        return true;
    }

    public void Dispose()
    {
        _feed.Remove(this);
        _queue.Writer.TryComplete();
    }

    /// <summary>Queues a transaction; false when the reader is too far behind and has been cut off.</summary>
    internal bool Deliver(CommittedTransaction transaction)
    {
        var waiting = Interlocked.Add(ref _waiting, transaction.Changes.Count);

        // A single transaction larger than the limit is still delivered to a reader that keeps up.
        if (waiting > _limit && waiting > transaction.Changes.Count)
        {
            CutOff("the watch fell behind the changes of the swarm and was closed; list the objects again");
            return false;
        }

        return _queue.Writer.TryWrite(transaction);
    }

    /// <summary>Ends the subscription: its reader has to list again.</summary>
    internal void CutOff(string reason) =>
        _queue.Writer.TryComplete(new SwarmException(SwarmErrorCode.ResyncRequired, reason));
}
