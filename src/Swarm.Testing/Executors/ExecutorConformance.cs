namespace Swarm.Testing.Executors;

/// <summary>
/// What agents rely on in every <see cref="Swarm.Execution.IExecutor"/>, as checks to run against one's own.
/// </summary>
/// <example>
/// In a test project, one test per check:
/// <code>
/// public static TheoryData&lt;string&gt; Checks => [.. ExecutorConformance.Checks];
///
/// [Theory]
/// [MemberData(nameof(Checks))]
/// public Task My_executor_is_one(string check) => ExecutorConformance.RunAsync(check, subject);
/// </code>
/// </example>
public static class ExecutorConformance
{
    private static readonly Dictionary<string, Func<ExecutorRun, Task>> All = new(StringComparer.Ordinal)
    {
        ["A node is described with platform and resources"] = NodeChecks.DescribesAsync,
        ["A task that cannot run fails before it has started"] = NodeChecks.RejectsAsync,
        ["A task starts and ends when it is shut down"] = LifeChecks.StartsAndStopsAsync,
        ["A task that ends by itself tells its exit code"] = LifeChecks.TellsExitCodesAsync,
        ["Every step may be done again"] = LifeChecks.RepeatsAsync,
        ["A wait that is cancelled leaves the task as it is"] = LifeChecks.SurvivesCancelledWaitAsync,
        ["A task may be terminated at any time"] = LifeChecks.TerminatesAsync,
        ["What never ran can be stopped and removed"] = LifeChecks.RemovesWhatNeverRanAsync,
        ["A new controller finds the running task"] = LifeChecks.FindsRunningTaskAsync,
        ["A removed task leaves room for one of the same id"] = LifeChecks.LeavesNothingAsync,
        ["A change of the desired state is taken while the task runs"] = LifeChecks.TakesUpdatesAsync,
        ["The container of a task is told"] = OutputChecks.TellsContainerAsync,
        ["Output can be read afterwards"] = OutputChecks.KeepsOutputAsync,
        ["Output that is followed ends with the task"] = OutputChecks.FollowsOutputAsync,
    };

    /// <summary>The checks, as sentences that hold for a good executor.</summary>
    public static IReadOnlyList<string> Checks { get; } = [.. All.Keys];

    /// <summary>Runs one check.</summary>
    /// <param name="check">One of <see cref="Checks"/>.</param>
    /// <param name="subject">The executor.</param>
    /// <returns>Completes when the check has passed, and everything it started is removed.</returns>
    /// <exception cref="ExecutorCheckFailedException">It has not.</exception>
    /// <exception cref="ArgumentException">There is no such check.</exception>
    public static async Task RunAsync(string check, ExecutorSubject subject)
    {
        ArgumentNullException.ThrowIfNull(check);
        ArgumentNullException.ThrowIfNull(subject);
        if (!All.TryGetValue(check, out var body))
        {
            throw new ArgumentException($"there is no check \"{check}\"", nameof(check));
        }

        using var limit = new CancellationTokenSource(subject.Limit, subject.Time);
        await using var run = new ExecutorRun(subject, limit.Token);
        try
        {
            await body(run);
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested)
        {
            throw new ExecutorCheckFailedException($"not within {subject.Limit}: {check}", exception);
        }
        catch (Exception exception) when (exception is not ExecutorCheckFailedException)
        {
            throw new ExecutorCheckFailedException($"{check}: {exception.Message}", exception);
        }
    }

    /// <summary>Runs all checks, one after the other.</summary>
    /// <param name="subject">The executor.</param>
    /// <returns>Completes when all have passed.</returns>
    /// <exception cref="ExecutorCheckFailedException">The first that has not.</exception>
    public static async Task RunAllAsync(ExecutorSubject subject)
    {
        foreach (var check in Checks)
        {
            await RunAsync(check, subject);
        }
    }
}
