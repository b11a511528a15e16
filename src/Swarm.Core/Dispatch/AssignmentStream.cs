using System.Runtime.CompilerServices;
using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>The assignments of one node: the complete set, then bundles of changes.</summary>
internal sealed class AssignmentStream : IDisposable
{
    private readonly ChangeSubscription _subscription;
    private readonly DependencyFinder _finder;
    private readonly DispatcherOptions _options;
    private readonly TimeProvider _time;
    private readonly AssignmentSet _set = new();
    private readonly BundlePace _pace;
    private readonly NodeId _nodeId;
    private Task<bool>? _next;

    public AssignmentStream(
        NodeId nodeId,
        ClusterStore store,
        DependencyFinder finder,
        DispatcherOptions options,
        TimeProvider time)
    {
        _subscription = store.Watch(WatchScope.ForNode(nodeId));
        (_nodeId, _finder, _options, _time) = (nodeId, finder, options, time);
        _pace = new(options.BatchInterval, time);
    }

    public async IAsyncEnumerable<AssignmentsMessage> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var task in _subscription.View.Tasks.OnNode(_nodeId))
        {
            await SetAsync(_subscription.View, task, cancellationToken);
        }

        var number = 0L;
        _pace.Sent();
        yield return new AssignmentsMessage(true, "", NameOf(number), _set.Take());
        while (true)
        {
            await CollectAsync(cancellationToken);
            _pace.Sent();
            yield return new AssignmentsMessage(false, NameOf(number), NameOf(++number), _set.Take());
        }
    }

    public void Dispose() => _subscription.Dispose();

    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        while (_set.PendingCount == 0)
        {
            await NextAsync(cancellationToken);
            await TakeChangesAsync(cancellationToken);
        }

        var rest = _pace.Rest();
        if (rest <= TimeSpan.Zero)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var interval = Task.Delay(rest, _time, stop.Token);
        while (_set.PendingCount < _options.MaxAssignmentBatch && !interval.IsCompleted)
        {
            var next = NextAsync(cancellationToken);
            await Task.WhenAny(next, interval);
            if (next.IsCompleted)
            {
                await next;
                await TakeChangesAsync(cancellationToken);
            }
        }

        Loops.Stop(stop);
    }

    // The wait survives the end of a bundle: there is never more than one.
    private Task<bool> NextAsync(CancellationToken cancellationToken) =>
        _next ??= Loops.JoinAsync(_subscription.WaitAsync(cancellationToken));

    private async Task TakeChangesAsync(CancellationToken cancellationToken)
    {
        _next = null;
        while (_set.PendingCount < _options.MaxAssignmentBatch && _subscription.TryRead(out var transaction))
        {
            foreach (var change in transaction.Changes)
            {
                if (change.Current is not SwarmTask task)
                {
                    continue;
                }

                if (change.Change == ChangeKind.Removed)
                {
                    _set.Remove(task);
                }
                else
                {
                    await SetAsync(transaction.View, task, cancellationToken);
                }
            }
        }
    }

    private async Task SetAsync(ClusterView view, SwarmTask task, CancellationToken cancellationToken) =>
        _set.Set(
            task,
            _set.NeedsDependencies(task) ? await _finder.FindAsync(view, task, cancellationToken) : []);

    private static string NameOf(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
