namespace Swarm.Dispatch;

/// <summary>What loops need besides awaiting.</summary>
internal static class Loops
{
    /// <summary>Cancels on the spot: the asynchronous form would leave the scheduler.</summary>
    public static void Stop(CancellationTokenSource source) => source.Cancel();

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
