using Swarm.Telemetry;

namespace Swarm.Storage;

/// <summary>
/// The state of the swarm: readers take an immutable <see cref="Current"/> without locks; one writer at a time makes a
/// transaction, the proposer commits it, the feed announces it.
/// </summary>
internal sealed class ClusterStore(
    IProposer proposer,
    TimeProvider time,
    ClusterStoreOptions? options = null,
    SwarmMetrics? metrics = null) : IDisposable
{
    private readonly ClusterStoreOptions _options = options ?? new();
    private readonly ChangeFeed _feed = new((options ?? new()).HistoryLimit);
    private readonly Turnstile _writer = new();
    private readonly Lock _gate = new();
    private ClusterView _current = ClusterView.Empty;

    /// <summary>The newest snapshot.</summary>
    public ClusterView Current => Volatile.Read(ref _current);

    /// <summary>Runs one transaction: all of it takes effect, or, when it throws, nothing.</summary>
    public async ValueTask<T> UpdateAsync<T>(
        Func<StoreTransaction, T> change,
        CancellationToken cancellationToken = default)
    {
        await _writer.EnterAsync(cancellationToken);
        try
        {
            var transaction = Begin();
            var result = change(transaction);
            await CommitAsync(transaction, "write", cancellationToken);
            return result;
        }
        finally
        {
            _writer.Leave();
        }
    }

    /// <inheritdoc cref="UpdateAsync{T}"/>
    public async ValueTask UpdateAsync(Action<StoreTransaction> change, CancellationToken cancellationToken = default)
    {
        await _writer.EnterAsync(cancellationToken);
        try
        {
            var transaction = Begin();
            change(transaction);
            await CommitAsync(transaction, "write", cancellationToken);
        }
        finally
        {
            _writer.Leave();
        }
    }

    /// <summary>
    /// Runs many small pieces in few transactions. Each piece takes effect whole or, when it throws, not at all; pieces
    /// before one that throws stay, those after it are not run. Other writers get their turn between transactions.
    /// </summary>
    public async ValueTask BatchAsync<T>(
        IReadOnlyList<T> pieces,
        Action<StoreTransaction, T> piece,
        CancellationToken cancellationToken = default)
    {
        for (var next = 0; next < pieces.Count;)
        {
            await _writer.EnterAsync(cancellationToken);
            try
            {
                var transaction = Begin();
                var failure = RunPieces(transaction, pieces, piece, ref next);
                await CommitAsync(transaction, "batch", cancellationToken);
                failure?.Throw();
            }
            finally
            {
                _writer.Leave();
            }
        }
    }

    /// <summary>Performs the actions of a transaction that was committed elsewhere.</summary>
    public void Apply(IReadOnlyList<StoreAction> actions, ObjectVersion version)
    {
        var transaction = new StoreTransaction(Current, version, time.GetUtcNow());
        foreach (var action in actions)
        {
            transaction.Apply(action);
        }

        Publish(transaction, version);
    }

    /// <summary>Replaces everything by what a snapshot holds; whoever watches has to list again.</summary>
    public void Restore(IEnumerable<ClusterObject> objects, ObjectVersion version)
    {
        var transaction = new StoreTransaction(ClusterView.Empty, version, time.GetUtcNow());
        foreach (var item in objects)
        {
            transaction.Apply(new StoreAction(ChangeKind.Created, item));
        }

        var view = transaction.ToView(version);
        lock (_gate)
        {
            Volatile.Write(ref _current, view);
            _feed.Reset(version);
        }
    }

    /// <summary>Subscribes to changes: a snapshot and everything after it, or everything after a version.</summary>
    /// <exception cref="SwarmException">The history to resume from is gone.</exception>
    public ChangeSubscription Watch(WatchScope scope = default, ObjectVersion? resumeFrom = null, int? limit = null)
    {
        lock (_gate)
        {
            return _feed.Subscribe(scope, this, resumeFrom, limit ?? _options.SubscriberLimit);
        }
    }

    public void Dispose() => _writer.Dispose();

    private StoreTransaction Begin() => new(Current, proposer.NextVersion, time.GetUtcNow())
    {
        Started = metrics is null ? 0 : time.GetTimestamp(),
        Actor = SwarmActor.Current,
        History = _feed,
    };

    private System.Runtime.ExceptionServices.ExceptionDispatchInfo? RunPieces<T>(
        StoreTransaction transaction,
        IReadOnlyList<T> pieces,
        Action<StoreTransaction, T> piece,
        ref int next)
    {
        var bytes = 0L;
        while (next < pieces.Count
            && transaction.Changes.Count < _options.MaxChangesPerTransaction
            && bytes < _options.MaxBytesPerTransaction)
        {
            var before = transaction.Changes.Count;
            try
            {
                piece(transaction, pieces[next++]);
            }
            catch (Exception exception)
            {
                transaction.RollBackTo(before);
                return System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
            }

            for (var i = before; i < transaction.Changes.Count; i++)
            {
                bytes += proposer.SizeOf(transaction.Changes[i].Current);
            }
        }

        return null;
    }

    private async ValueTask CommitAsync(
        StoreTransaction transaction,
        string operation,
        CancellationToken cancellationToken)
    {
        if (transaction.Changes.Count == 0)
        {
            return;
        }

        using var span = SwarmTelemetry.Source.StartActivity("swarm.propose");
        span?.SetTag("swarm.store.changes", transaction.Changes.Count);
        await proposer.ProposeAsync(
            new ActionList(transaction.Changes),
            version => Publish(transaction, version),
            cancellationToken);
        metrics?.TransactionEnded(operation, time.GetElapsedTime(transaction.Started));
    }

    // The snapshot and its announcement change hands together, so that a new subscriber misses nothing and sees nothing
    // twice.
    private void Publish(StoreTransaction transaction, ObjectVersion version)
    {
        var view = transaction.ToView(version);
        lock (_gate)
        {
            Volatile.Write(ref _current, view);
            _feed.Publish(new CommittedTransaction(version, this, transaction.Changes));
        }
    }

    private sealed class ActionList(IReadOnlyList<ObjectChange> changes) : IReadOnlyList<StoreAction>
    {
        public int Count => changes.Count;

        public StoreAction this[int index] => new(changes[index].Change, changes[index].Current);

        public IEnumerator<StoreAction> GetEnumerator()
        {
            foreach (var change in changes)
            {
                yield return new StoreAction(change.Change, change.Current);
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
