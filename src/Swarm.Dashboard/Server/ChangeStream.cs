using Microsoft.AspNetCore.Http;
using Swarm.Control;
using Swarm.Storage;

namespace Swarm.Dashboard;

/// <summary>
/// Sends the changes after a version, at most five batches a second, with the status, events and samples that go with
/// them. A reader that the history does not reach, or that falls behind, is told to begin anew.
/// </summary>
internal sealed class ChangeStream(ISwarmWindow window, EventLog events, Sampler sampler, TimeProvider time)
{
    /// <summary>Changes that one reader may be behind.</summary>
    private const int FeedLimit = 50_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly ChangeBatch _batch = new();
    private StatusDocument? _status;
    private SampleDocument? _sample;
    private long _event;

    public async Task RunAsync(HttpContext context, ObjectVersion from, CancellationToken cancellationToken)
    {
        var stream = new EventStream(context, time);
        await stream.OpenAsync(cancellationToken);
        _sample = sampler.Last;
        var store = window.Store;
        using var feed = Open(store, from);
        if (feed is null && store is not null)
        {
            stream.Send("reset", "the history does not reach that far", DashboardJson.Default.String);
            await stream.FlushAsync(cancellationToken);
            return;
        }

        SendEvents(stream, events.After(from));
        while (window.Store == store && feed is not { IsCutOff: true })
        {
            Send(stream, store, feed);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Tick, time, cancellationToken);
        }

        stream.Send("reset", "begin anew", DashboardJson.Default.String);
        await stream.FlushAsync(cancellationToken);
    }

    // A version of the future is one of another swarm that this node was in before.
    private static ChangeSubscription? Open(ClusterStore? store, ObjectVersion from)
    {
        try
        {
            return store is null || from.Index > store.Current.Version.Index
                ? null
                : store.Watch(resumeFrom: from, limit: FeedLimit);
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
        {
            return null;
        }
    }

    private void Send(EventStream stream, ClusterStore? store, ChangeSubscription? feed)
    {
        while (feed is not null && feed.TryRead(out var transaction))
        {
            _batch.Add(transaction);
        }

        if (!_batch.IsEmpty)
        {
            var version = _batch.Version;
            stream.Send(
                "changes",
                _batch.Take(store!.Current),
                DashboardJson.Default.ChangesDocument,
                version.Index);
        }

        var status = SnapshotView.StatusOf(window);
        if (!Same(status, _status))
        {
            _status = status;
            stream.Send("status", status, DashboardJson.Default.StatusDocument);
        }

        SendEvents(stream, events.After(_event));
        if (sampler.Last is { } sample && sample != _sample)
        {
            _sample = sample;
            stream.Send("sample", sample, DashboardJson.Default.SampleDocument);
        }
    }

    private void SendEvents(EventStream stream, (EventDocument[] Events, long Last) more)
    {
        _event = more.Last;
        if (more.Events.Length > 0)
        {
            stream.Send("events", more.Events, DashboardJson.Default.EventDocumentArray);
        }
    }

    private static bool Same(StatusDocument status, StatusDocument? other) =>
        other is not null
        && (status.Managers ?? []).AsSpan().SequenceEqual(other.Managers ?? [])
        && status with { Managers = null } == other with { Managers = null };
}
