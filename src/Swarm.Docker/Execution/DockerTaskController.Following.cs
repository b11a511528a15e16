using Swarm.Docker.Engine;
using Swarm.Execution;

namespace Swarm.Docker.Execution;

/// <content>What becomes of a container that was started.</content>
internal sealed partial class DockerTaskController
{
    private static readonly TimeSpan HearingTime = TimeSpan.FromSeconds(2);

    /// <summary>Waits until the container ends; null when it is up and that is enough.</summary>
    private async Task<TaskExit?> FollowAsync(string id, bool untilUp, CancellationToken cancellationToken)
    {
        await AdoptAsync(cancellationToken);
        using var listener = runtime.Watch.Listen(id);
        while (true)
        {
            var container = await FindAsync(cancellationToken);
            if (container is null)
            {
                // Looking may be faster than hearing.
                await listener.WaitForEndAsync(HearingTime, cancellationToken);
            }

            if (container is not { State.Running: true })
            {
                var exit = ExitOf(container, listener.ExitCode);
                await LeaveAsync(cancellationToken);
                return exit;
            }

            switch (container.State.Health?.Status)
            {
                case Unhealthy when _cause.Length == 0:
                    // Asked for once; then the end is waited for.
                    _cause = UnhealthyCause;
                    DockerLog.Unhealthy(runtime.Logger, _task.Name);
                    await Engine.StopContainerAsync(id, GracePeriod, cancellationToken);
                    continue;
                case null or "" or "none" or "healthy" when untilUp:
                    return null;
            }

            await listener.WaitAsync(cancellationToken);
        }
    }

    private TaskExit ExitOf(ContainerDocument? container, int? seenExitCode)
    {
        if (container is not null)
        {
            var state = container.State;
            return new(state.ExitCode, state.ExitCode == 0 ? "" : CauseOf(state));
        }

        // Somebody removed it; where its end was seen that is what happened to the task.
        if (seenExitCode is not { } exitCode)
        {
            throw new InvalidOperationException(DestroyedCause);
        }

        if (_container is { } last)
        {
            Volatile.Write(
                ref _container,
                last with { State = last.State with { Running = false, Pid = 0, ExitCode = exitCode } });
        }

        return new(exitCode, exitCode == 0 ? "" : _cause);
    }

    private string CauseOf(ContainerStateDocument state) =>
        _cause.Length > 0 ? _cause
        : state.OutOfMemory ? "the kernel killed it: out of memory"
        : state.Error ?? "";

    /// <summary>
    /// Lets the routing mesh of every node turn away from a task that is about to stop; Docker waits as well. A task
    /// that ends meanwhile is not waited for.
    /// </summary>
    private async Task DrainAsync(ContainerDocument container, CancellationToken cancellationToken)
    {
        var time = runtime.Options.DrainDelay;
        if (time <= TimeSpan.Zero
            || !container.State.Running
            || _task.Status.State != TaskState.Running
            || _task.Endpoint?.Ports.Any(port => port.Mode == PublishMode.Ingress) is not true)
        {
            return;
        }

        using var listener = runtime.Watch.Listen(container.Id);
        await listener.WaitForEndAsync(time, cancellationToken);
    }

    /// <summary>Takes away what only a running task needs.</summary>
    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        runtime.Files.Wipe(_task.Id);
        runtime.Bridges?.Leave(_task);
        _hasEntered = false;
        await runtime.Networks.ReleaseAsync(TaskNetwork.Of(_task), cancellationToken);
    }
}
