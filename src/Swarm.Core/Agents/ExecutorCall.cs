using Swarm.Dispatch;

namespace Swarm.Agents;

/// <summary>Calls into executors and log sources, which may throw, hang, or ignore their cancellation.</summary>
internal static class ExecutorCall
{
    /// <summary>
    /// Waits for a call. Once cancelled, the call has a grace period to end; then it is left behind and
    /// <see cref="OperationCanceledException"/> is thrown.
    /// </summary>
    public static async Task AwaitAsync(
        Task call,
        TimeSpan grace,
        TimeProvider time,
        CancellationToken cancelled)
    {
        var cancellation = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancelled.UnsafeRegister(
            static state => ((TaskCompletionSource)state!).TrySetResult(),
            cancellation);
        await Task.WhenAny(call, Loops.JoinAsync(cancellation.Task));
        if (!call.IsCompleted && !await EndsWithinAsync(call, grace, time))
        {
            _ = Loops.IgnoreAsync(call);
            throw new OperationCanceledException("the executor did not obey a cancellation", cancelled);
        }

        await call;
    }

    /// <summary>Makes a call with a time limit; <see cref="TimeoutException"/> when it takes longer.</summary>
    public static async Task WithinAsync(
        Func<CancellationToken, Task> call,
        TimeSpan limit,
        TimeSpan grace,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await AwaitAsync(StartAsync(call, either.Token), grace, time, either.Token);
        }
        catch (OperationCanceledException exception)
            when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the executor did not answer within {limit}", exception);
        }
    }

    // Whatever a call throws at once is in its task, too.
    private static async Task StartAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        await call(cancellationToken);

    private static async Task<bool> EndsWithinAsync(Task call, TimeSpan limit, TimeProvider time)
    {
        using var stop = new CancellationTokenSource();
        await Task.WhenAny(call, Task.Delay(limit, time, stop.Token));
        Loops.Stop(stop);
        return call.IsCompleted;
    }
}
