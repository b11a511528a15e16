namespace Swarm.Execution.Processes;

/// <summary>Follows the health of one task, as Docker does.</summary>
/// <param name="check">The check.</param>
/// <param name="probe">Runs it once; a time-out is its own matter.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class HealthMonitor(
    HealthCheck check,
    Func<CancellationToken, Task<HealthResult>> probe,
    TimeProvider timeProvider)
{
    internal const string Starting = "starting";
    internal const string HealthyText = "healthy";
    internal const string UnhealthyText = "unhealthy";

    private const int KeptResults = 5;
    private const int DefaultRetries = 3;

    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultStartInterval = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the first success.</summary>
    internal Task Healthy => _healthy.Task;

    /// <summary>The state; replaced as a whole, so readers need no lock.</summary>
    internal ContainerHealth Current { get; private set; } = new(Starting, 0, []);

    /// <summary>Checks until the task is unhealthy; ends by cancellation otherwise.</summary>
    internal async Task WatchAsync(CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        while (Current.Status != UnhealthyText)
        {
            await Task.Delay(NextInterval(started), timeProvider, cancellationToken);
            var result = await probe(cancellationToken);
            Record(result, IsStarting(started));
        }
    }

    private TimeSpan NextInterval(long started)
    {
        var interval = check.Interval > TimeSpan.Zero ? check.Interval : DefaultInterval;
        var startInterval = check.StartInterval is { Ticks: > 0 } given ? given : DefaultStartInterval;
        return IsStarting(started) ? startInterval : interval;
    }

    // The start period ends early with the first success.
    private bool IsStarting(long started) =>
        Current.Status == Starting && timeProvider.GetElapsedTime(started) < check.StartPeriod;

    private void Record(HealthResult result, bool isStarting)
    {
        var log = Current.Log.Append(result).TakeLast(KeptResults).ToValueList();
        if (result.ExitCode == 0)
        {
            Current = new(HealthyText, 0, log);
            _healthy.TrySetResult();
            return;
        }

        var streak = isStarting ? Current.FailingStreak : Current.FailingStreak + 1;
        var retries = check.Retries > 0 ? check.Retries : DefaultRetries;
        Current = new(streak >= retries ? UnhealthyText : Current.Status, streak, log);
    }
}
