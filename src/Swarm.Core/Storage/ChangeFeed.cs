namespace Swarm.Storage;

/// <summary>
/// Hands every committed transaction to its subscribers. Subscribers of one node are found by key, so the cost of a
/// change does not depend on how many nodes watch.
/// </summary>
/// <remarks>Not thread-safe: <see cref="ClusterStore"/> calls it under its lock.</remarks>
internal sealed class ChangeFeed(int historyLimit)
{
    private readonly Lock _gate = new();
    private readonly List<ChangeSubscription> _broadcast = [];
    private readonly Dictionary<NodeId, List<ChangeSubscription>> _byNode = [];
    private readonly Queue<(ObjectVersion Version, IReadOnlyList<ObjectChange> Changes)> _history = new();
    private int _historyChanges;
    private ObjectVersion _forgotten;

    public void Publish(CommittedTransaction transaction)
    {
        lock (_gate)
        {
            Remember(transaction);
            DeliverToAll(transaction);
            DeliverByNode(transaction);
        }
    }

    public ChangeSubscription Subscribe(
        WatchScope scope,
        ClusterStore store,
        ObjectVersion? resumeFrom,
        int limit)
    {
        lock (_gate)
        {
            var subscription = new ChangeSubscription(this, scope, store.Current, limit);
            if (resumeFrom is { } version)
            {
                Replay(subscription, store, version);
            }

            Register(subscription);
            return subscription;
        }
    }

    /// <summary>What became of an object since a version; nothing unless all of it is kept.</summary>
    public IReadOnlyList<ObjectChange> ChangesSince(ObjectVersion version, ClusterObject current)
    {
        lock (_gate)
        {
            return
            [
                .. _history
                    .SelectMany(transaction => transaction.Changes)
                    .Where(change => change.Current.Kind == current.Kind && change.Current.Key == current.Key)
                    .SkipWhile(change => change.Previous?.Version != version),
            ];
        }
    }

    /// <summary>Cuts every reader off and forgets the history: the store has been replaced.</summary>
    public void Reset(ObjectVersion version)
    {
        lock (_gate)
        {
            ChangeSubscription[] readers = [.. _broadcast, .. _byNode.Values.SelectMany(readers => readers)];
            _broadcast.Clear();
            _byNode.Clear();
            _history.Clear();
            _historyChanges = 0;
            _forgotten = version;
            foreach (var reader in readers)
            {
                reader.CutOff("the state of the swarm was replaced by a snapshot; list the objects again");
            }
        }
    }

    public void Remove(ChangeSubscription subscription)
    {
        lock (_gate)
        {
            Unregister(subscription);
        }
    }

    private void Register(ChangeSubscription subscription)
    {
        if (subscription.Scope.NodeId.IsEmpty)
        {
            _broadcast.Add(subscription);
            return;
        }

        if (!_byNode.TryGetValue(subscription.Scope.NodeId, out var readers))
        {
            _byNode.Add(subscription.Scope.NodeId, readers = []);
        }

        readers.Add(subscription);
    }

    private void Unregister(ChangeSubscription subscription)
    {
        if (subscription.Scope.NodeId.IsEmpty)
        {
            _broadcast.Remove(subscription);
        }
        else if (_byNode.TryGetValue(subscription.Scope.NodeId, out var readers)
            && readers.Remove(subscription)
            && readers.Count == 0)
        {
            _byNode.Remove(subscription.Scope.NodeId);
        }
    }

    private void Remember(CommittedTransaction transaction)
    {
        _history.Enqueue((transaction.Version, transaction.Changes));
        _historyChanges += transaction.Changes.Count;
        while (_historyChanges > historyLimit && _history.TryDequeue(out var oldest))
        {
            _historyChanges -= oldest.Changes.Count;
            _forgotten = oldest.Version;
        }
    }

    private void Replay(ChangeSubscription subscription, ClusterStore store, ObjectVersion after)
    {
        if (after.Index < _forgotten.Index)
        {
            throw new SwarmException(
                SwarmErrorCode.ResyncRequired,
                $"changes after version {after} are no longer kept (the oldest kept is after {_forgotten}); "
                + "list the objects again and watch from there");
        }

        foreach (var (version, changes) in _history)
        {
            if (version.Index > after.Index && InScope(changes, subscription.Scope) is { Count: > 0 } wanted)
            {
                subscription.Deliver(new CommittedTransaction(version, store, wanted));
            }
        }
    }

    private void DeliverToAll(CommittedTransaction transaction)
    {
        for (var i = _broadcast.Count - 1; i >= 0; i--)
        {
            if (!_broadcast[i].Deliver(transaction))
            {
                _broadcast.RemoveAt(i);
            }
        }
    }

    private void DeliverByNode(CommittedTransaction transaction)
    {
        if (_byNode.Count == 0)
        {
            return;
        }

        Dictionary<NodeId, List<ObjectChange>>? wanted = null;
        foreach (var change in transaction.Changes)
        {
            var (current, previous) = NodesOf(change);
            Collect(current, change, ref wanted);
            if (previous != current)
            {
                Collect(previous, change, ref wanted);
            }
        }

        foreach (var (nodeId, changes) in wanted ?? [])
        {
            var part = transaction with { Changes = changes };
            foreach (var reader in _byNode[nodeId].ToArray())
            {
                if (!reader.Deliver(part))
                {
                    Unregister(reader);
                }
            }
        }
    }

    private void Collect(NodeId nodeId, ObjectChange change, ref Dictionary<NodeId, List<ObjectChange>>? wanted)
    {
        if (nodeId.IsEmpty || !_byNode.ContainsKey(nodeId))
        {
            return;
        }

        wanted ??= [];
        if (!wanted.TryGetValue(nodeId, out var changes))
        {
            wanted.Add(nodeId, changes = []);
        }

        changes.Add(change);
    }

    private static IReadOnlyList<ObjectChange> InScope(IReadOnlyList<ObjectChange> changes, WatchScope scope) =>
        scope.NodeId.IsEmpty
            ? changes
            : [.. changes.Where(change => NodesOf(change) is var nodes
                && (nodes.Current == scope.NodeId || nodes.Previous == scope.NodeId))];

    private static (NodeId Current, NodeId Previous) NodesOf(ObjectChange change) =>
        (NodeOf(change.Current), NodeOf(change.Previous));

    private static NodeId NodeOf(ClusterObject? value) => value switch
    {
        SwarmTask task => task.NodeId,
        Node node => node.Id,
        _ => default,
    };
}
