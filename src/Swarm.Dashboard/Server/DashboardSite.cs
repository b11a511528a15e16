using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Control;

namespace Swarm.Dashboard;

/// <summary>The requests of the dashboard, and what answers them.</summary>
internal sealed class DashboardSite(
    DashboardOptions options,
    ISwarmWindow window,
    ISwarmClient client,
    EventLog events,
    Sampler sampler,
    TimeProvider time,
    CancellationToken stopping)
{
    private const int MaxBody = 16 * 1024;
    private const int DefaultTail = 200;
    private const int MaxTail = 1000;

    private readonly Gate _gate = new(options);
    private int _streams;

    public void Map(RouteGroupBuilder group)
    {
        group.MapGet("/", Guard(RootAsync));
        foreach (var name in Assets.Names.Where(name => name != "index.html"))
        {
            group.MapGet($"/{name}", Guard(context => Assets.WriteAsync(context, name)));
        }

        group.MapGet("/api/snapshot", Guard(SnapshotAsync));
        group.MapGet("/api/stream", Guard(StreamAsync));
        group.MapGet("/api/tasks/{id}", Guard(context => WriteAsync(
            context,
            window.Store is { } store ? Details.OfTask(store.Current, Id(context), options) : null,
            DashboardJson.Default.TaskDetailDocument)));
        group.MapGet("/api/services/{id}", Guard(context => WriteAsync(
            context,
            window.Store is { } store ? Details.OfService(store.Current, Id(context), options) : null,
            DashboardJson.Default.ServiceDetailDocument)));
        group.MapGet("/api/tasks/{id}/logs", Guard(LogsAsync));
        group.MapPost("/api/actions", Guard(ActAsync));
    }

    private RequestDelegate Guard(RequestDelegate handle) => async context =>
    {
        Gate.AddHeaders(context.Response);
        if (_gate.Refuses(context) is { } reason)
        {
            await FailAsync(context, StatusCodes.Status403Forbidden, reason);
            return;
        }

        try
        {
            await handle(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested
            || stopping.IsCancellationRequested)
        {
            // The page has gone, or the process goes.
        }
    };

    // Links of the page are relative: its address has to end with a slash.
    private static Task RootAsync(HttpContext context)
    {
        if ($"{context.Request.PathBase}{context.Request.Path}".EndsWith('/'))
        {
            return Assets.WriteAsync(context, "index.html");
        }

        context.Response.Redirect($"{context.Request.PathBase}{context.Request.Path}/{context.Request.QueryString}");
        return Task.CompletedTask;
    }

    private Task SnapshotAsync(HttpContext context)
    {
        // The events first: one that is in both is harmless, one that is in neither would be missed.
        var view = (window.Store?.Current) ?? Storage.ClusterView.Empty;
        return WriteAsync(
            context,
            SnapshotView.Of(view, SnapshotView.StatusOf(window), options, events.After(0).Events, sampler.All),
            DashboardJson.Default.SnapshotDocument);
    }

    private Task StreamAsync(HttpContext context)
    {
        var text = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last
            ? last
            : context.Request.Query["from"].ToString();
        return !ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            ? FailAsync(context, StatusCodes.Status400BadRequest, "the query needs from=VERSION of the snapshot")
            : HoldAsync(context, token =>
                new ChangeStream(window, events, sampler, time).RunAsync(context, new ObjectVersion(from), token));
    }

    private Task LogsAsync(HttpContext context)
    {
        if (!options.ShowLogs)
        {
            return FailAsync(context, StatusCodes.Status403Forbidden, "output is not shown; ShowLogs is off");
        }

        var id = Id(context);
        if (window.Store?.Current.Tasks.Find(id) is null)
        {
            return FailAsync(context, StatusCodes.Status404NotFound, $"task {id} not found");
        }

        var wanted = context.Request.Query["tail"].ToString();
        var tail = int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var lines)
            ? Math.Min(lines, MaxTail)
            : DefaultTail;
        return HoldAsync(context, token =>
            new OutputStream(client, time).RunAsync(context, new TaskId(id), tail, token));
    }

    private async Task ActAsync(HttpContext context)
    {
        if (_gate.RefusesAction(context) is { } reason)
        {
            await FailAsync(context, StatusCodes.Status403Forbidden, reason);
            return;
        }

        using var actor = SwarmActor.As(context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name }
            ? $"{name} (dashboard)"
            : "dashboard");
        try
        {
            await Actions.RunAsync(client, await ReadAsync(context), context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (SwarmException exception)
        {
            await FailAsync(context, Actions.StatusOf(exception.Code), exception.Message);
        }
        catch (JsonException)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, "the body is not a change in JSON");
        }
    }

    private static async Task<ActionDocument> ReadAsync(HttpContext context)
    {
        var body = new byte[MaxBody];
        var length = await context.Request.Body.ReadAtLeastAsync(
            body,
            body.Length,
            throwOnEndOfStream: false,
            context.RequestAborted);
        return length < body.Length
            ? JsonSerializer.Deserialize(body.AsSpan(0, length), DashboardJson.Default.ActionDocument)
                ?? throw new JsonException()
            : throw new SwarmException(SwarmErrorCode.InvalidArgument, "the body is too large");
    }

    // Streams are held open: their number is limited, and they end with the process.
    private async Task HoldAsync(HttpContext context, Func<CancellationToken, Task> run)
    {
        if (Interlocked.Increment(ref _streams) > options.MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            await FailAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                $"{options.MaxStreams} streams are open; see MaxStreams");
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await run(end.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private static string Id(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static async Task WriteAsync<T>(HttpContext context, T? document, JsonTypeInfo<T> type)
        where T : class
    {
        if (document is null)
        {
            await FailAsync(context, StatusCodes.Status404NotFound, "there is no such object");
            return;
        }

        var response = context.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            await JsonSerializer.SerializeAsync(response.Body, document, type, context.RequestAborted);
            return;
        }

        response.Headers.ContentEncoding = "gzip";
        await using var compressed = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await JsonSerializer.SerializeAsync(compressed, document, type, context.RequestAborted);
    }

    private static Task FailAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(
            context.Response.Body,
            new FaultDocument(message),
            DashboardJson.Default.FaultDocument,
            context.RequestAborted);
    }
}
