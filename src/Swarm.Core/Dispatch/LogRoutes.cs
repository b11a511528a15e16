using Swarm.Execution;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>Who reads logs and which nodes can be asked for them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LogRoutes(ClusterStore store, IIdGenerator ids, LogBrokerOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LogSubscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeId, LogListener> _listeners = [];
    private bool _running;

    public void Start()
    {
        lock (_gate)
        {
            _running = true;
        }
    }

    /// <summary>Ends every stream.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _running = false;
            foreach (var subscription in _subscriptions.Values)
            {
                subscription.Abort(DispatchErrors.Stopped());
            }

            foreach (var listener in _listeners.Values)
            {
                listener.End(DispatchErrors.Stopped());
            }

            _subscriptions.Clear();
            _listeners.Clear();
        }
    }

    /// <summary>Opens a subscription and asks the nodes that it concerns at this moment.</summary>
    public LogSubscription Open(LogSelector selector, LogOptions wanted, ClusterView view)
    {
        var tasks = LogSelection.TasksOf(view, selector, wanted.Follow);
        var asked = wanted.Follow ? selector : new LogSelector(Tasks: tasks.Select(task => task.Id).ToValueList());
        lock (_gate)
        {
            ThrowIfStopped();
            if (_subscriptions.Count >= options.MaxSubscriptions)
            {
                throw new SwarmException(SwarmErrorCode.ResourceExhausted, "too many log streams are open");
            }

            var subscription = new LogSubscription(ids.Next(), asked, wanted, options.MaxBufferedBundles);
            _subscriptions.Add(subscription.Id, subscription);
            foreach (var task in tasks)
            {
                Ask(subscription, task);
            }

            subscription.CompleteIfDone();
            return subscription;
        }
    }

    /// <summary>Asks the nodes of tasks that have come since.</summary>
    public void Ask(LogSubscription subscription, IReadOnlyList<ObjectChange> changes)
    {
        foreach (var change in changes)
        {
            if (change is { Change: not ChangeKind.Removed, Current: SwarmTask { NodeId.IsEmpty: false } task }
                && subscription.Selector.Matches(task))
            {
                lock (_gate)
                {
                    Ask(subscription, task);
                }
            }
        }
    }

    public LogSubscription Find(string subscriptionId)
    {
        if (string.IsNullOrEmpty(subscriptionId))
        {
            throw SwarmException.InvalidArgument("missing subscription ID");
        }

        lock (_gate)
        {
            return _subscriptions.GetValueOrDefault(subscriptionId) ?? throw Unknown();
        }
    }

    /// <summary>Ends a subscription and tells its nodes.</summary>
    public void Close(LogSubscription subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.Remove(subscription.Id))
            {
                foreach (var node in subscription.Nodes)
                {
                    TrySend(node, subscription.CloseMessage);
                }
            }
        }

        subscription.Abort(Unknown());
    }

    /// <summary>A node begins to listen; its former listening, if any, ends.</summary>
    public LogListener Attach(NodeId node)
    {
        var listener = new LogListener(node, options.MaxBufferedMessages);
        lock (_gate)
        {
            ThrowIfStopped();
            if (_listeners.Remove(node, out var replaced))
            {
                replaced.End(DispatchErrors.MustDisconnect());
                FailFor(node);
            }

            _listeners.Add(node, listener);
            foreach (var subscription in _subscriptions.Values.Where(open => open.Options.Follow))
            {
                var tasks = store.Current.Tasks.OnNode(node);
                if (tasks.FirstOrDefault(subscription.Selector.Matches) is { } task)
                {
                    Ask(subscription, task);
                }
            }
        }

        return listener;
    }

    /// <summary>A node listens no more.</summary>
    public void Detach(LogListener listener)
    {
        lock (_gate)
        {
            if (_listeners.GetValueOrDefault(listener.NodeId) == listener)
            {
                _listeners.Remove(listener.NodeId);
                FailFor(listener.NodeId);
            }
        }
    }

    public static SwarmException Unknown() => SwarmException.NotFound("unknown subscription ID");

    private void Ask(LogSubscription subscription, SwarmTask task)
    {
        if (task.NodeId.IsEmpty)
        {
            subscription.Fail($"task {task.Id} has not been scheduled");
        }
        else if (subscription.Ask(task.NodeId) && !TrySend(task.NodeId, subscription.OpenMessageFor(task.NodeId)))
        {
            subscription.End(task.NodeId, $"node {task.NodeId} is not available");
        }
    }

    private void FailFor(NodeId node)
    {
        foreach (var subscription in _subscriptions.Values)
        {
            subscription.End(node, $"node {node} disconnected unexpectedly");
        }
    }

    private bool TrySend(NodeId node, LogSubscriptionMessage message) =>
        _listeners.TryGetValue(node, out var listener) && listener.TrySend(message);

    private void ThrowIfStopped()
    {
        if (!_running)
        {
            throw DispatchErrors.Stopped();
        }
    }
}
