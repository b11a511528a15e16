using System.Globalization;
using System.Text.Json;

namespace Swarm.Tool.Stacks;

/// <summary>Waits until a service is as wanted and stays so for its monitor period.</summary>
internal sealed class ServiceWait(DockerClient client, string id, Action<string> report, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DefaultMonitor = TimeSpan.FromSeconds(5);

    private DateTimeOffset? _convergedAt;
    private string _reported = "";

    /// <summary>Why the service failed; null when it converged.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var service = await client.GetAsync($"/services/{id}", cancellationToken);
            var mode = ServiceMode.Of(service);
            if (mode is null)
            {
                return "unrecognized service mode";
            }

            if (Failure(service) is { } failure)
            {
                return failure + await ReasonAsync(service, cancellationToken);
            }

            if (_convergedAt is null && service.TextAt("UpdateStatus", "State") == "completed")
            {
                return null;
            }

            var monitor = MonitorOf(service);
            if (_convergedAt is { } since && time.GetUtcNow() - since >= monitor)
            {
                Report($"verify: Service {id} converged");
                return null;
            }

            var (running, wanted) =
                mode.Progress(await TasksAsync(cancellationToken), await NodesAsync(cancellationToken));
            if (Judge(running, wanted, mode.IsJob, monitor))
            {
                return null;
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    private static string? Failure(JsonElement service) => service.TextAt("UpdateStatus", "State") switch
    {
        "paused" => $"service update paused: {service.TextAt("UpdateStatus", "Message")}",
        "rollback_paused" => $"service rollback paused: {service.TextAt("UpdateStatus", "Message")}",

        // The docker command takes this for a success, and pipelines deploy nothing without noticing.
        "rollback_started" or "rollback_completed" =>
            $"service rolled back: {service.TextAt("UpdateStatus", "Message")}",
        _ => null,
    };

    // What the failed task said of itself.
    private async Task<string> ReasonAsync(JsonElement service, CancellationToken cancellationToken)
    {
        var message = service.TextAt("UpdateStatus", "Message");
        var failed = (await client.ListAsync("/tasks", [("service", id)], cancellationToken)).Items()
            .Where(task => task.TextAt("Status", "State") is "failed" or "rejected"
                && task.TextAt("Status", "Err").Length > 0)
            .OrderBy(task => task.TextAt("ID") is { Length: > 0 } named
                && message.Contains(named, StringComparison.Ordinal))
            .ThenBy(task => task.TextAt("Status", "Timestamp"), StringComparer.Ordinal)
            .LastOrDefault();
        return failed.ValueKind == JsonValueKind.Object
            ? $" (task {failed.TextAt("ID")}: {failed.TextAt("Status", "Err")})"
            : "";
    }

    private static TimeSpan MonitorOf(JsonElement service) =>
        service.NumberAt("Spec", "UpdateConfig", "Monitor") is > 0 and var nanoseconds
            ? TimeSpan.FromTicks((long)(nanoseconds / 100))
            : DefaultMonitor;

    // True when there is nothing left to wait for.
    private bool Judge(int running, int wanted, bool isJob, TimeSpan monitor)
    {
        Report(isJob
            ? string.Create(CultureInfo.InvariantCulture, $"job progress: {running} out of {wanted} complete")
            : string.Create(CultureInfo.InvariantCulture, $"overall progress: {running} out of {wanted} tasks"));
        if (running != wanted || wanted < 0)
        {
            if (_convergedAt is not null)
            {
                Report("verify: Detected task failure");
            }

            _convergedAt = null;
            return false;
        }

        if (isJob)
        {
            Report("job complete");
            return true;
        }

        _convergedAt ??= time.GetUtcNow();
        var seconds = (int)(monitor - (time.GetUtcNow() - _convergedAt.Value)).TotalSeconds + 1;
        Report(string.Create(
            CultureInfo.InvariantCulture, $"verify: Waiting {seconds} seconds to verify that tasks are stable..."));
        return false;
    }

    private void Report(string line)
    {
        if (line != _reported)
        {
            _reported = line;
            report(line);
        }
    }

    private async Task<List<JsonElement>> TasksAsync(CancellationToken cancellationToken) =>
        [.. (await client.ListAsync("/tasks", [("service", id), ("_up-to-date", "true")], cancellationToken)).Items()];

    private async Task<HashSet<string>> NodesAsync(CancellationToken cancellationToken) =>
        [.. (await client.GetAsync("/nodes", cancellationToken)).Items()
            .Where(node => node.TextAt("Status", "State") != "down")
            .Select(node => node.TextAt("ID"))];
}
