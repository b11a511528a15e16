using System.Runtime.CompilerServices;
using Swarm.Storage;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// Follows the store of a manager and tells nodes what the mesh is. Every manager has one, leading or not, so that a
/// new leader goes on where the last one ended.
/// </summary>
internal sealed class MeshDirectory(ClusterStore store, TimeProvider time)
{
    /// <summary>How often a reader's manager makes sure that it may still tell.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CatchUpStep = TimeSpan.FromMilliseconds(20);

    private MeshHistory _history = MeshHistory.Empty;
    private TaskCompletionSource _changed = NewSignal();
    private ulong _seen;

    /// <summary>Follows the store until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await store.FollowAsync(FollowAsync, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Tells what the mesh is after a version, and then everything that changes.</summary>
    /// <param name="version">What the reader has; 0 for nothing.</param>
    /// <param name="mayTell">Throws when this manager should not tell any more.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<MeshUpdate> WatchAsync(
        ulong version,
        Action mayTell,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        mayTell();
        await CatchUpAsync(Math.Max(version, store.Current.Version.Index), cancellationToken);
        for (var isFirst = true; ; isFirst = false)
        {
            mayTell();
            var changed = Volatile.Read(ref _changed).Task;
            var history = Volatile.Read(ref _history);
            if (history.Version != version || isFirst)
            {
                yield return history.Since(version);
                version = history.Version;
            }

            await WaitAsync(changed, cancellationToken);
        }
    }

    // A store that is behind what a reader knows, as that of a manager which has just started, would take ports away
    // that are in use. A swarm that was restored from a backup never gets there.
    private async Task CatchUpAsync(ulong version, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (Volatile.Read(ref _seen) < version && time.GetElapsedTime(started) < CatchUpLimit)
        {
            await Task.Delay(CatchUpStep, time, cancellationToken);
        }
    }

    private async Task WaitAsync(Task changed, CancellationToken cancellationToken)
    {
        try
        {
            await changed.WaitAsync(CheckInterval, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Asked again.
        }
    }

    // Many transactions come at once where much happens; the mesh needs only what they lead to.
    private async Task FollowAsync(ChangeSubscription changes, CancellationToken cancellationToken)
    {
        var all = _history.Services.Concat(changes.View.Services.Select(service => service.Id)).Distinct();
        Refresh(changes.View.Version, changes.View, all);
        var touched = new HashSet<ServiceId>();
        while (await changes.WaitAsync(cancellationToken))
        {
            CommittedTransaction? last = null;
            while (changes.TryRead(out var transaction))
            {
                last = transaction;
                foreach (var change in transaction.Changes)
                {
                    Touch(change, transaction.View, touched);
                }
            }

            if (last is not null)
            {
                Refresh(last.Version, last.View, touched);
                touched.Clear();
            }
        }
    }

    private static void Touch(ObjectChange change, ClusterView view, HashSet<ServiceId> touched)
    {
        switch (change.Current)
        {
            case Service service:
                touched.Add(service.Id);
                break;
            case SwarmTask { ServiceId.IsEmpty: false } task:
                touched.Add(task.ServiceId);
                break;
            case Node node when change.Previous is Node before
                && (before.Status.Address != node.Status.Address || before.Status.State != node.Status.State):
                touched.UnionWith(view.Tasks.OnNode(node.Id).Select(task => task.ServiceId));
                break;
            default:
                break;
        }
    }

    // The version of what was read, and not of the view: that may hold what is announced only later.
    private void Refresh(ObjectVersion version, ClusterView view, IEnumerable<ServiceId> touched)
    {
        var history = _history.With(
            version.Index,
            touched.Select(id =>
                (id, view.Services.Find(id.Value) is { } service ? MeshPlan.Of(service, view) : null)));
        if (history != _history)
        {
            Volatile.Write(ref _history, history);
            Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
        }

        Volatile.Write(ref _seen, version.Index);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
