using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/events</c>.</summary>
internal static class EventEndpoints
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
    private static readonly byte[] NewLine = [(byte)'\n'];

    public static void Map(
        DockerRouter router, EventHistory history, TimeProvider timeProvider, IEngineGateway? engine = null) =>
        router.MapStream(HttpMethods.Get, "/events", call => StreamAsync(call, history, timeProvider, engine));

    private static async Task StreamAsync(
        DockerCall call, EventHistory history, TimeProvider timeProvider, IEngineGateway? engine)
    {
        var filters = DockerFilters.Parse(call.Query("filters"), call.Options.MaxFilterLength);
        var since = UnixTime.ReadOptional(call.Query("since") ?? "", "since");
        var until = UnixTime.ReadOptional(call.Query("until") ?? "", "until");
        if (since > until)
        {
            throw DockerApiException.BadRequest(
                $"`since` time ({call.Query("since")}) cannot be after `until` time ({call.Query("until")})");
        }

        using var subscription = history.Listen();
        await call.StartStreamAsync("application/json");
        await call.Http.Response.BodyWriter.FlushAsync(call.Cancellation);

        // Without a point in time only the future was asked for.
        var past = since is null && until is null ? [] : subscription.Past;
        foreach (var engineEvent in past.Where(e => !(e.Time < since) && !(e.Time > until)))
        {
            Write(call, filters, engineEvent);
        }

        await call.Http.Response.BodyWriter.FlushAsync(call.Cancellation);
        using var output = new SemaphoreSlim(1);
        var left = until - timeProvider.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            await EngineEvents.CopyAsync(call, engine, output, call.Cancellation);
            return;
        }

        using var timer = new CancellationTokenSource(
            left is { } time && time < LongestTimer ? time : Timeout.InfiniteTimeSpan,
            timeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, call.Cancellation);
        try
        {
            var copying = EngineEvents.CopyAsync(call, engine, output, end.Token);
            var following = FollowAsync(call, filters, subscription, output, end.Token);
            if (engine is not null)
            {
                // Half of the events would look like all of them.
                await Task.WhenAny(copying, following);
                await end.CancelAsync();
            }

            await Task.WhenAll(copying, following);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The time is up, or the client has gone.
        }
    }

    private static async Task FollowAsync(
        DockerCall call,
        DockerFilters filters,
        EventHistory.Subscription subscription,
        SemaphoreSlim output,
        CancellationToken cancellationToken)
    {
        try
        {
            while (await subscription.Next.WaitToReadAsync(cancellationToken))
            {
                await output.WaitAsync(cancellationToken);
                try
                {
                    while (subscription.Next.TryRead(out var engineEvent))
                    {
                        Write(call, filters, engineEvent);
                    }

                    await call.Http.Response.BodyWriter.FlushAsync(cancellationToken);
                }
                finally
                {
                    output.Release();
                }
            }
        }
        catch (SwarmException tooSlow)
        {
            // The reason goes out before the connection is cut: an end without a cut would look like "no more events".
            JsonTo(call, new ErrorBody(tooSlow.Message), HttpJson.Wire.ErrorBody);
            await call.Http.Response.BodyWriter.FlushAsync(cancellationToken);
            throw;
        }
    }

    private static void Write(DockerCall call, DockerFilters filters, EngineEvent engineEvent)
    {
        if (EventFilter.Matches(filters, engineEvent))
        {
            // Docker's events have no such attribute, and who compares them finds none unasked.
            var shown = filters.Has(EventFilter.ActorKey)
                ? engineEvent with
                {
                    Attributes = engineEvent.Attributes.With(EventFilter.ActorKey, engineEvent.Actor),
                }
                : engineEvent;
            JsonTo(call, EventDocument.Write(shown), EventJson.Wire.EventDocument);
        }
    }

    private static void JsonTo<T>(
        DockerCall call,
        T document,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var output = call.Http.Response.BodyWriter;
        output.Write(JsonSerializer.SerializeToUtf8Bytes(document, type));
        output.Write(NewLine);
    }
}
