using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>
/// Ends a task for good: stop, remove, dispose. Each call has a time limit and none keeps the next from being made.
/// </summary>
internal static class TaskRemoval
{
    /// <summary>Runs the removal; true when the task is known to have stopped.</summary>
    public static async Task<bool> RunAsync(ITaskController controller, SwarmTask task, AgentContext context)
    {
        var options = context.Options;
        var patience = GraceOf(task.Spec) + options.ExecutorTimeout;
        var stopped = task.Status.State >= TaskState.Complete
            || await TryAsync("stopping", controller.ShutdownAsync, patience)
            || await TryAsync("killing", controller.TerminateAsync, options.ExecutorTimeout);
        await TryAsync("removing", controller.RemoveAsync, options.RemovalTimeout);
        await TryAsync("closing", _ => controller.DisposeAsync().AsTask(), options.ExecutorTimeout);
        return stopped;

        async Task<bool> TryAsync(string operation, Func<CancellationToken, Task> call, TimeSpan limit)
        {
            try
            {
                await ExecutorCall.WithinAsync(
                    call,
                    limit,
                    options.CancellationGrace,
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

    private static TimeSpan GraceOf(TaskSpec spec) =>
        (spec.Workload as ContainerSpec)?.StopGracePeriod ?? ContainerSpec.DefaultStopGracePeriod;
}
