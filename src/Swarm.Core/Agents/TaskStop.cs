using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>Stops a task in bounded time: a stop that hangs is followed by a kill.</summary>
internal static class TaskStop
{
    /// <summary>Time a task has to stop: its grace period, and some more for the executor.</summary>
    public static TimeSpan LimitOf(SwarmTask task, AgentOptions options) =>
        ((task.Spec.Workload as ContainerSpec)?.StopGracePeriod ?? ContainerSpec.DefaultStopGracePeriod)
        + options.ExecutorTimeout;

    public static async Task RunAsync(
        ITaskController? controller,
        SwarmTask task,
        AgentContext context,
        CancellationToken cancelled)
    {
        var target = controller ?? throw new InvalidOperationException("the task has no controller");
        try
        {
            await WithinAsync(target.ShutdownAsync, LimitOf(task, context.Options), context, cancelled);
        }
        catch (TimeoutException exception)
        {
            AgentLog.CallFailed(context.Logger, task.Id, "stopping", exception);
            await WithinAsync(target.TerminateAsync, context.Options.ExecutorTimeout, context, cancelled);
        }
    }

    private static Task WithinAsync(
        Func<CancellationToken, Task> call,
        TimeSpan limit,
        AgentContext context,
        CancellationToken cancelled) =>
        ExecutorCall.WithinAsync(call, limit, context.Options.CancellationGrace, context.Time, cancelled);
}
