using Swarm.Execution;

namespace Swarm.Testing.Executors;

/// <summary>A task from its preparation to its removal.</summary>
internal static class LifeChecks
{
    private const int Failure = 7;

    public static async Task StartsAndStopsAsync(ExecutorRun run)
    {
        var task = await run.StartAsync(run.NewTask(run.Subject.RunsOn));
        var waiting = task.WaitAsync(run.Token);
        ExecutorRun.Require(!waiting.IsCompleted, "a task that runs until it is stopped ended by itself");

        await task.ShutdownAsync(run.Token);

        await waiting.WaitAsync(run.Token);
    }

    public static async Task TellsExitCodesAsync(ExecutorRun run)
    {
        foreach (var code in (int[])[0, Failure])
        {
            var exit = await ExitAsync(run, run.NewTask(run.Subject.EndsWith(code)));
            ExecutorRun.Require(
                exit.ExitCode == code, $"a task that ended with {code} is said to have ended with {exit}");
        }
    }

    public static async Task RepeatsAsync(ExecutorRun run)
    {
        var task = await run.StartAsync(run.NewTask(run.Subject.RunsOn));
        await task.PrepareAsync(run.Token);
        await task.StartAsync(run.Token);
        await task.ShutdownAsync(run.Token);
        await task.ShutdownAsync(run.Token);
        await task.RemoveAsync(run.Token);
        await task.RemoveAsync(run.Token);
    }

    public static async Task SurvivesCancelledWaitAsync(ExecutorRun run)
    {
        var task = await run.StartAsync(run.NewTask(run.Subject.RunsOn));
        using (var change = CancellationTokenSource.CreateLinkedTokenSource(run.Token))
        {
            var waiting = task.WaitAsync(change.Token);
            await change.CancelAsync();
            try
            {
                await waiting;
                throw new ExecutorCheckFailedException("a wait that was cancelled told of an end");
            }
            catch (OperationCanceledException)
            {
                run.Token.ThrowIfCancellationRequested();
            }
        }

        var again = task.WaitAsync(run.Token);
        ExecutorRun.Require(!again.IsCompleted, "cancelling a wait ended the task");
        await task.ShutdownAsync(run.Token);
        await again.WaitAsync(run.Token);
    }

    public static async Task TerminatesAsync(ExecutorRun run)
    {
        var running = await run.StartAsync(run.NewTask(run.Subject.RunsOn));
        var waiting = running.WaitAsync(run.Token);
        await running.TerminateAsync(run.Token);
        await waiting.WaitAsync(run.Token);
        await running.TerminateAsync(run.Token);

        var prepared = run.Control(run.NewTask(run.Subject.RunsOn));
        await prepared.PrepareAsync(run.Token);
        await prepared.TerminateAsync(run.Token);
    }

    public static async Task RemovesWhatNeverRanAsync(ExecutorRun run)
    {
        var untouched = run.Control(run.NewTask(run.Subject.RunsOn));
        await untouched.ShutdownAsync(run.Token);
        await untouched.RemoveAsync(run.Token);

        var prepared = run.Control(run.NewTask(run.Subject.RunsOn));
        await prepared.PrepareAsync(run.Token);
        await prepared.ShutdownAsync(run.Token);
        await prepared.RemoveAsync(run.Token);
    }

    public static async Task FindsRunningTaskAsync(ExecutorRun run)
    {
        var task = run.NewTask(run.Subject.RunsOn);
        await run.ReleaseAsync(await run.StartAsync(task));

        // As an agent that has been restarted with its executor does: the task is RUNNING, so it is waited for.
        var found = run.Control(task with { Status = task.Status with { State = TaskState.Running } });
        var waiting = found.WaitAsync(run.Token);
        ExecutorRun.Require(!waiting.IsCompleted, "a controller made anew takes a running task for one that has ended");
        await found.ShutdownAsync(run.Token);
        await waiting.WaitAsync(run.Token);
    }

    public static async Task LeavesNothingAsync(ExecutorRun run)
    {
        var task = run.NewTask(run.Subject.EndsWith(0));
        await ExitAsync(run, task, remove: true);
        var exit = await ExitAsync(run, task);
        ExecutorRun.Require(exit.ExitCode == 0, $"a task of the id of one that was removed ended with {exit}");
    }

    public static async Task TakesUpdatesAsync(ExecutorRun run)
    {
        var task = run.NewTask(run.Subject.RunsOn);
        var controller = await run.StartAsync(task);
        await controller.UpdateAsync(task with { DesiredState = TaskState.Shutdown }, run.Token);
        var waiting = controller.WaitAsync(run.Token);
        ExecutorRun.Require(!waiting.IsCompleted, "an update stopped the task, which is for ShutdownAsync to do");
        await controller.ShutdownAsync(run.Token);
        await waiting.WaitAsync(run.Token);
    }

    /// <summary>How a task ends by itself, whether that is before or after it counts as started.</summary>
    private static async Task<TaskExit> ExitAsync(ExecutorRun run, SwarmTask task, bool remove = false)
    {
        var controller = run.Control(task);
        TaskExit exit;
        try
        {
            await controller.PrepareAsync(run.Token);
            await controller.StartAsync(run.Token);
            exit = await controller.WaitAsync(run.Token);
        }
        catch (TaskFailedException exception)
        {
            exit = exception.Exit;
        }

        if (remove)
        {
            await controller.RemoveAsync(run.Token);
        }

        return exit;
    }
}
