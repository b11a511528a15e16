using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/containers</c>: this node's tasks, where no container engine stands behind them.</summary>
internal static class ContainerEndpoints
{
    public static void Map(DockerRouter router, EventHistory events, TimeProvider timeProvider)
    {
        var execs = new ExecRecords();
        router.Map(HttpMethods.Get, "/containers/json", call => ListAsync(call, timeProvider));
        router.Map(HttpMethods.Get, "/containers/{id}/json", call => InspectAsync(call, execs));
        router.Map(HttpMethods.Delete, "/containers/{id}", RemoveAsync);
        router.Map(HttpMethods.Post, "/containers/{id}/kill", KillAsync);
        router.Map(HttpMethods.Get, "/containers/{id}/top", call => TopAsync(call, timeProvider));
        // Both last as long as the task takes.
        router.MapStream(HttpMethods.Post, "/containers/{id}/stop", StopAsync);
        router.MapStream(HttpMethods.Post, "/containers/{id}/wait", call => ContainerWait.RunAsync(call, timeProvider));
        router.MapStream(HttpMethods.Get, "/containers/{id}/logs", LogsAsync);
        ExecEndpoints.Map(router, execs, new ExecEvents(events, timeProvider));
        MissingContainerEndpoints.Map(router);
    }

    public static (IContainerSource Source, ContainerInfo Container) Find(DockerCall call) =>
        call.Node.Containers is { } source
            ? (source, ContainerLookup.Find(source.ListContainers(), call["id"]))
            : throw DockerApiException.NotFound($"No such container: {call["id"]}");

    private static async Task ListAsync(DockerCall call, TimeProvider timeProvider)
    {
        var containers = call.Node.Containers?.ListContainers() ?? [];
        var filter = new ContainerFilter(call.Filters(ContainerFilter.Keys), containers);
        var limit = ReadLimit(call.Query("limit"));
        var ended = call.LaxFlag("all") || limit is not null || filter.WantsEnded;
        var size = call.LaxFlag("size");
        var now = timeProvider.GetUtcNow();
        var shown = containers
            .Where(c => (ended || c.State == ContainerState.Running) && filter.Matches(c))
            .Take(limit ?? int.MaxValue)
            .Select(c => ContainerWriter.Write(c, now, size))
            .ToArray();
        await call.WriteAsync(shown, ContainerJson.Wire.ContainerDocumentArray);
    }

    private static Task InspectAsync(DockerCall call, ExecRecords execs)
    {
        var container = Find(call).Container;
        return call.WriteAsync(
            ContainerInspectWriter.Write(container) with { ExecIds = execs.RunningIn(container.Id) },
            ContainerJson.Wire.ContainerInspectDocument);
    }

    private static async Task RemoveAsync(DockerCall call)
    {
        var (source, container) = Find(call);
        var force = call.LaxFlag("force");
        if (container.State == ContainerState.Running && !force)
        {
            throw DockerApiException.Conflict(
                $"You cannot remove a running container {container.Id}. "
                + "Stop the container before attempting removal or force remove");
        }

        await source.RemoveAsync(container.Id, force, call.Cancellation).WithoutRpcPrefixAsync();
        await call.DoneAsync(StatusCodes.Status204NoContent);
    }

    private static async Task StopAsync(DockerCall call)
    {
        var (source, container) = Find(call);
        var grace = ReadGracePeriod(call.Query("t"));
        if (container.State != ContainerState.Running)
        {
            await call.DoneAsync(StatusCodes.Status304NotModified);
            return;
        }

        await source.StopAsync(container.Id, grace, call.Cancellation).WithoutRpcPrefixAsync();
        await call.DoneAsync(StatusCodes.Status204NoContent);
    }

    private static async Task KillAsync(DockerCall call)
    {
        var (source, container) = Find(call);
        if (container.State != ContainerState.Running)
        {
            throw DockerApiException.Conflict(
                $"Cannot kill container: {call["id"]}: Container {container.Id} is not running");
        }

        var signal = call.Query("signal") is { Length: > 0 } given ? given : "SIGKILL";
        await source.SignalAsync(container.Id, signal, call.Cancellation).WithoutRpcPrefixAsync();
        await call.DoneAsync(StatusCodes.Status204NoContent);
    }

    private static Task TopAsync(DockerCall call, TimeProvider timeProvider)
    {
        var (source, container) = Find(call);
        if (container.State != ContainerState.Running)
        {
            throw DockerApiException.Conflict($"Container {container.Id} is not running");
        }

        return call.WriteAsync(
            ProcessTable.Write(source.ListProcesses(container.Id), timeProvider.GetUtcNow()),
            ContainerJson.Wire.ContainerProcessesDocument);
    }

    private static async Task LogsAsync(DockerCall call)
    {
        var query = LogQuery.Read(key => call.Query(key) ?? "", strictTail: false);
        var (source, container) = Find(call);
        var lines = source.ReadLogsAsync(container.Id, query.Options, call.Cancellation);
        var tty = container.Task.Spec.Workload is ContainerSpec { Tty: true };
        await LogEndpoints.SendAsync(call, ReadEntriesAsync(lines), query, tty);
    }

    private static async IAsyncEnumerable<LogEntry> ReadEntriesAsync(
        IAsyncEnumerable<LogLine> lines,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            yield return new LogEntry(line, "");
        }
    }

    private static int? ReadLimit(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? limit
            : null;

    // Negative means to wait without an end, which Docker spells -1.
    private static TimeSpan? ReadGracePeriod(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            throw DockerApiException.BadRequest($"invalid value for t: {GoValues.Quote(text)}");
        }

        return seconds < 0 ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(seconds);
    }
}
