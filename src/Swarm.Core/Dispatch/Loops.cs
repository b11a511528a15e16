namespace Swarm.Dispatch;

/// <summary>What loops need besides awaiting.</summary>
internal static class Loops
{
    /// <summary>Cancels on the spot: the asynchronous form would leave the scheduler.</summary>
    public static void Stop(CancellationTokenSource source) => source.Cancel();

    /// <summary>
    /// The same, ending on the caller's scheduler. A completion source that runs its continuations asynchronously, and
    /// a channel's wait turned into a task, tell <c>WhenAny</c> and <c>WaitAsync</c> from a pool thread.
    /// </summary>
    public static async Task JoinAsync(Task task) => await task;

    /// <inheritdoc cref="JoinAsync(Task)"/>
    public static async Task<T> JoinAsync<T>(ValueTask<T> task) => await task;

    /// <summary>Waits for a task and forgets how it ended.</summary>
    public static async Task IgnoreAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception exception)
        {
            // Somebody who knows more has already reported it, or given up on it.
            _ = exception;
        }
    }
}
