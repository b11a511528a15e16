using Swarm.Execution;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// A controller whose calls leave the thread of the agent: one that blocks instead of awaiting would keep the agent
/// from its heartbeats and from every other task of the node.
/// </summary>
internal sealed class DetachedController(ITaskController controller)
    : ITaskController, ITaskLogSource, IContainerStatusSource, IPortStatusSource
{
    public ContainerStatus? ContainerStatus => (controller as IContainerStatusSource)?.ContainerStatus;

    public ValueList<PortPublication> Ports => (controller as IPortStatusSource)?.Ports ?? default;

    public Task PortsWithdrawn => (controller as IPortStatusSource)?.PortsWithdrawn ?? Never;

    private static Task Never { get; } = new TaskCompletionSource().Task;

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        Detached.RunAsync(() => controller.PrepareAsync(cancellationToken));

    public Task StartAsync(CancellationToken cancellationToken) =>
        Detached.RunAsync(() => controller.StartAsync(cancellationToken));

    public Task<TaskExit> WaitAsync(CancellationToken cancellationToken) =>
        Detached.RunAsync(() => controller.WaitAsync(cancellationToken));

    public Task UpdateAsync(SwarmTask task, CancellationToken cancellationToken) =>
        Detached.RunAsync(() => controller.UpdateAsync(task, cancellationToken));

    public Task ShutdownAsync(CancellationToken cancellationToken) =>
        Detached.RunAsync(() => controller.ShutdownAsync(cancellationToken));

    public Task TerminateAsync(CancellationToken cancellationToken) =>
        Detached.RunAsync(() => controller.TerminateAsync(cancellationToken));

    public Task RemoveAsync(CancellationToken cancellationToken) =>
        Detached.RunAsync(() => controller.RemoveAsync(cancellationToken));

    public IAsyncEnumerable<LogLine> ReadLogsAsync(LogOptions options, CancellationToken cancellationToken) =>
        (controller as ITaskLogSource)?.ReadLogsAsync(options, cancellationToken) ?? AsyncEnumerable.Empty<LogLine>();

    public ValueTask DisposeAsync() => new(Detached.RunAsync(() => controller.DisposeAsync().AsTask()));
}

/// <summary>Calls on threads of their own choice, whatever scheduler the caller runs on.</summary>
internal static class Detached
{
    public static Task RunAsync(Func<Task> call) => StartAsync(call).Unwrap();

    public static Task<T> RunAsync<T>(Func<Task<T>> call) => StartAsync(call).Unwrap();

    private static Task<T> StartAsync<T>(Func<T> call) => Task.Factory.StartNew(
        call,
        CancellationToken.None,
        TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);
}
