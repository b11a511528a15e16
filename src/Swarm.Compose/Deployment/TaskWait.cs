using Swarm.Compose.Lenient;

namespace Swarm.Compose.Deployment;

/// <summary>Waits for the tasks of a service, and notices when they are not going to come.</summary>
internal sealed class TaskWait(ISwarmClient swarm, Service service, DeployLog log)
{
    /// <summary>Waits until the service has been as wanted for its monitor period.</summary>
    /// <exception cref="SwarmException">Its rollout failed, or a task ended and is not replaced.</exception>
    public async Task UntilConvergedAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var convergence = ConvergeAsync(stop.Token);
        var failure = WatchAsync(_ => false, ignoresCompletion: false, stop.Token);
        var first = await Task.WhenAny(convergence, failure);
        await stop.CancelAsync();
        await SettleAsync(first == convergence ? failure : convergence);
        await first;
    }

    /// <summary>Waits until the service is as far as another one needs it.</summary>
    /// <exception cref="SwarmException">A task ended and is not replaced.</exception>
    public Task UntilAsync(DependencyCondition condition, CancellationToken cancellationToken) => WatchAsync(
        tasks => IsMet(condition, tasks), ignoresCompletion: condition == DependencyCondition.Completed,
            cancellationToken);

    private static async Task SettleAsync(Task other)
    {
        try
        {
            await other;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
        catch (SwarmException)
        {
            // The other one has the outcome.
        }
    }

    private bool IsMet(DependencyCondition condition, IReadOnlyCollection<SwarmTask> tasks)
    {
        var wanted = service.Spec.Mode is ReplicatedMode replicated ? replicated.Replicas : Math.Max(tasks.Count, 1);
        return condition switch
        {
            // A task counts as running once its health check has passed.
            DependencyCondition.Healthy => Running(tasks) >= wanted,
            DependencyCondition.Completed =>
                tasks.Count > 0 && tasks.All(task => task.Status.State == TaskState.Complete),
            _ => wanted == 0 || Running(tasks) > 0,
        };
    }

    private static int Running(IEnumerable<SwarmTask> tasks) =>
        tasks.Count(task => task.Status.State == TaskState.Running);

    private async Task ConvergeAsync(CancellationToken cancellationToken)
    {
        await foreach (var progress in swarm.Services.WaitUntilConvergedAsync(service, cancellationToken))
        {
            log.Report(service.Spec.Name, progress);
        }
    }

    private async Task WatchAsync(
        Func<IReadOnlyCollection<SwarmTask>, bool> isDone, bool ignoresCompletion, CancellationToken cancellationToken)
    {
        while (!await WatchOnceAsync(isDone, ignoresCompletion, cancellationToken))
        {
        }
    }

    // False when the history got lost on the way and everything has to be looked at again.
    private async Task<bool> WatchOnceAsync(
        Func<IReadOnlyCollection<SwarmTask>, bool> isDone, bool ignoresCompletion, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = swarm.WatchAsync(new WatchFilter(ObjectKind.Task), stop.Token).GetAsyncEnumerator(stop.Token);

        // The watch begins before the first look, so that nothing happens unseen in between.
        var next = changes.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                var tasks = await TasksAsync(cancellationToken);
                TaskFailure.Find(tasks, ignoresCompletion)?.Throw();
                if (isDone(tasks))
                {
                    return true;
                }

                for (var isOwn = false; !isOwn;)
                {
                    if (!await next)
                    {
                        return false;
                    }

                    isOwn = changes.Current.Current is SwarmTask task && task.ServiceId == service.Id;
                    next = changes.MoveNextAsync().AsTask();
                }
            }
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
        {
            return false;
        }
        finally
        {
            await stop.CancelAsync();
            await SettleAsync(next);
            await changes.DisposeAsync();
        }
    }

    private async Task<List<SwarmTask>> TasksAsync(CancellationToken cancellationToken)
    {
        var tasks = new List<SwarmTask>();
        await foreach (var task in swarm.Tasks.ListAsync(
            new TaskQuery(ServiceId: service.Id, UpToDate: true), cancellationToken))
        {
            tasks.Add(task);
        }

        return tasks;
    }
}
