using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>Output of services and tasks, from every node.</summary>
internal static class LogEndpoints
{
    public static void Map(DockerRouter router)
    {
        router.MapStream(HttpMethods.Get, "/services/{id}/logs", ServiceLogsAsync);
        router.MapStream(HttpMethods.Get, "/tasks/{id}/logs", TaskLogsAsync);
    }

    /// <summary>Sends headers at once and then lines until they end or the client goes.</summary>
    public static async Task SendAsync(DockerCall call, IAsyncEnumerable<LogEntry> entries, LogQuery query, bool tty)
    {
        await call.StartStreamAsync(ContentType(call.Version, tty));
        await LogStreaming.WriteAsync(entries, call.Http.Response.BodyWriter, query, !tty, call.Cancellation);
    }

    private static async Task ServiceLogsAsync(DockerCall call)
    {
        var query = LogQuery.Read(key => call.Query(key) ?? "", strictTail: true);
        var service = await Lookups.FindServiceAsync(call, call["id"]);
        var lines = call.Client.Services.ReadLogsAsync(service.Id, query.Options, call.Cancellation);
        await SendAsync(call, ReadEntriesAsync(lines), query, IsTty(service.Spec.TaskTemplate));
    }

    private static async Task TaskLogsAsync(DockerCall call)
    {
        var query = LogQuery.Read(key => call.Query(key) ?? "", strictTail: true);
        var task = await Lookups.FindTaskAsync(call, call["id"]);
        var lines = call.Client.Tasks.ReadLogsAsync(task.Id, query.Options, call.Cancellation);
        await SendAsync(call, ReadEntriesAsync(lines), query, IsTty(task.Spec));
    }

    private static async IAsyncEnumerable<LogEntry> ReadEntriesAsync(
        IAsyncEnumerable<TaskLogLine> lines,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            yield return LogEntry.Of(line);
        }
    }

    private static bool IsTty(TaskSpec spec) => spec.Workload is ContainerSpec { Tty: true };

    // Clients before 1.42 were never told; newer ones decide by it whether there are frames.
    private static string? ContentType(ApiVersion version, bool tty) => (version.AtLeast(42), tty) switch
    {
        (false, _) => null,
        (true, true) => "application/vnd.docker.raw-stream",
        (true, false) => "application/vnd.docker.multiplexed-stream",
    };
}
