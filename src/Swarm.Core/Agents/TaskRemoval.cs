using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>
/// Ends a task for good: stop, remove, close. Each call has a time limit and none keeps the next from being made.
/// </summary>
internal sealed class TaskRemoval(ITaskController controller, SwarmTask task, AgentContext context)
{
    private readonly AgentOptions _options = context.Options;

    /// <summary>Stops the task, gently if possible; true when it is known to have stopped.</summary>
    public async Task<bool> StopAsync()
    {
        return await TryAsync("stopping", controller.ShutdownAsync, TaskStop.LimitOf(task, _options))
            || await TryAsync("killing", controller.TerminateAsync, _options.ExecutorTimeout);
    }

    /// <summary>How a task that was stopped ended; null when its executor does not say so at once.</summary>
    public async Task<TaskExit?> ExitAsync()
    {
        TaskExit? exit = null;
        await TryAsync(
            "asking for the end",
            async token => exit = await controller.WaitAsync(token),
            _options.ExecutorTimeout);
        return exit;
    }

    /// <summary>Removes what the task left behind.</summary>
    public Task RemoveAsync() => TryAsync("removing", controller.RemoveAsync, _options.RemovalTimeout);

    public Task CloseAsync() => TryAsync("closing", _ => controller.DisposeAsync().AsTask(), _options.ExecutorTimeout);

    private async Task<bool> TryAsync(string operation, Func<CancellationToken, Task> call, TimeSpan limit)
    {
        try
        {
            await ExecutorCall.WithinAsync(
                call,
                limit,
                _options.CancellationGrace,
                context.Time,
                CancellationToken.None);
            return true;
        }
        catch (Exception exception)
        {
            AgentLog.CallFailed(context.Logger, task.Id, operation, exception);
            return false;
        }
    }
}
