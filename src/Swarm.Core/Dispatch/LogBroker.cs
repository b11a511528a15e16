using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Swarm.Execution;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>Brings the output of tasks from their nodes to whoever asked for it.</summary>
/// <remarks>
/// Nothing grows with a slow reader: bundles of lines wait in a bounded buffer, then the nodes wait, and in the end the
/// reader gets an error.
/// </remarks>
internal sealed class LogBroker(ClusterStore store, IIdGenerator ids, TimeProvider time, LogBrokerOptions options)
{
    private readonly LogRoutes _routes = new(store, ids, options);

    /// <summary>Reads the output of all tasks that match.</summary>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.Unavailable"/> after the last line when nodes could not deliver their part;
    /// <see cref="SwarmErrorCode.ResourceExhausted"/> when the lines are taken too slowly.
    /// </exception>
    public async IAsyncEnumerable<TaskLogLine> SubscribeAsync(
        LogSelector selector,
        LogOptions wanted,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Validate(selector);
        using var changes = wanted.Follow ? store.Watch() : null;
        var subscription = _routes.Open(selector, wanted, changes?.View ?? store.Current);
        using var scope = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = changes is null ? Task.CompletedTask : FollowAsync(subscription, changes, scope.Token);
        try
        {
            while (await subscription.Lines.WaitToReadAsync(cancellationToken))
            {
                while (subscription.Lines.TryRead(out var bundle))
                {
                    foreach (var line in bundle)
                    {
                        yield return line;
                    }
                }
            }

            if (subscription.Incomplete() is { } incomplete)
            {
                throw incomplete;
            }
        }
        finally
        {
            _routes.Close(subscription);
            Loops.Stop(scope);
            await Loops.IgnoreAsync(following);
        }
    }

    /// <summary>The subscriptions that concern a node, from now on.</summary>
    public async IAsyncEnumerable<LogSubscriptionMessage> ListenAsync(
        NodeId node,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listener = _routes.Attach(node);
        try
        {
            while (await listener.Messages.WaitToReadAsync(cancellationToken))
            {
                while (listener.Messages.TryRead(out var message))
                {
                    yield return message;
                }
            }
        }
        finally
        {
            _routes.Detach(listener);
        }
    }

    /// <summary>Takes lines from a node.</summary>
    public async Task PublishAsync(
        NodeId node,
        string subscriptionId,
        IReadOnlyList<TaskLogLine> lines,
        bool close,
        CancellationToken cancellationToken)
    {
        var subscription = _routes.Find(subscriptionId);
        if (lines.FirstOrDefault(line => line.NodeId != node) is { } foreign)
        {
            throw new SwarmException(
                SwarmErrorCode.PermissionDenied,
                $"invalid NodeID: expected={node};received={foreign.NodeId}");
        }

        if (lines.Count > 0)
        {
            await DeliverAsync(node, subscription, lines, cancellationToken);
        }

        if (close)
        {
            subscription.End(node, null);
        }
    }

    /// <summary>From now on logs can be read.</summary>
    public void Start() => _routes.Start();

    /// <summary>Ends every stream.</summary>
    public void Stop() => _routes.Stop();

    private static void Validate(LogSelector? selector)
    {
        if (selector is null)
        {
            throw SwarmException.InvalidArgument("log selector must be provided");
        }

        if (selector.IsEmpty)
        {
            throw SwarmException.InvalidArgument("log selector must not be empty");
        }
    }

    private async Task FollowAsync(
        LogSubscription subscription,
        ChangeSubscription changes,
        CancellationToken cancellationToken)
    {
        try
        {
            while (await changes.WaitAsync(cancellationToken))
            {
                while (changes.TryRead(out var transaction))
                {
                    _routes.Ask(subscription, transaction.Changes);
                }
            }
        }
        catch (SwarmException exception)
        {
            subscription.Abort(exception);
        }
    }

    private async Task DeliverAsync(
        NodeId node,
        LogSubscription subscription,
        IReadOnlyList<TaskLogLine> lines,
        CancellationToken cancellationToken)
    {
        try
        {
            await subscription.WriteAsync(node, lines, cancellationToken)
                .WaitAsync(options.SlowReaderTimeout, time, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            subscription.Abort(new SwarmException(
                SwarmErrorCode.ResourceExhausted,
                "the log stream was closed because its lines were taken too slowly",
                exception));
            throw LogRoutes.Unknown();
        }
        catch (ChannelClosedException)
        {
            throw LogRoutes.Unknown();
        }
    }

}
