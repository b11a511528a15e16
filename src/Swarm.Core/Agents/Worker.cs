using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>
/// What this node has to do: the tasks assigned to it, each with its own runner, and the secrets and configs they use.
/// </summary>
internal sealed class Worker(AgentContext context)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TaskId, TaskRunner> _runners = [];
    private readonly Dictionary<TaskId, Task> _removals = [];
    private readonly TaskCompletionSource _synchronized = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _restoring;
    private bool _leaving;

    /// <summary>Told about each new runner, in the order of assignment.</summary>
    public Action<TaskRunner>? OnAdded { get; set; }

    public IReadOnlyList<TaskRunner> Runners
    {
        get
        {
            lock (_gate)
            {
                return [.. _runners.Values.OrderBy(runner => runner.Current.Id.Value, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Takes up the tasks of the agent's former life.</summary>
    /// <remarks>
    /// What runs is watched at once. What does not run yet waits for the first complete assignments, because secrets
    /// and configs come with them.
    /// </remarks>
    public Task RestoreAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return (_restoring ??= AddStoredAsync()).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Carries out a message of the managers: first what tasks need, then the tasks.</summary>
    public void Apply(AssignmentsMessage message)
    {
        var added = new List<TaskRunner>();
        lock (_gate)
        {
            if (_leaving)
            {
                return;
            }

            ApplyDependencies(message);
            foreach (var change in message.Changes)
            {
                if (change.Object is SwarmTask task && ApplyTask(task, change.Remove) is { } runner)
                {
                    added.Add(runner);
                }
            }

            if (message.IsComplete)
            {
                DropUnlisted(message);
                if (_synchronized.TrySetResult() && context.Executor is ILeftoverSource source)
                {
                    _ = RemoveLeftoversAsync(source, [.. _runners.Keys, .. _removals.Keys]);
                }
            }
        }

        added.ForEach(runner => OnAdded?.Invoke(runner));
    }

    /// <summary>Tells the managers about every task, as a new session must.</summary>
    public void ReportAll()
    {
        foreach (var runner in Runners)
        {
            if (runner.Current is { Status.State: > TaskState.Assigned } task)
            {
                context.Reporter.Report(task.Id, task.Status);
            }
        }
    }

    /// <summary>Stops driving tasks; what runs, runs on. Removals that take long are left to the next life.</summary>
    public async Task StopAsync()
    {
        Task[] ends;
        lock (_gate)
        {
            _leaving = true;
            ends = [.. _runners.Values.Select(runner => runner.StopAsync()), .. _removals.Values];
        }

        using var patience = new CancellationTokenSource();
        await Task.WhenAny(
            Task.WhenAll(ends),
            Task.Delay(context.Options.ExecutorTimeout, context.Time, patience.Token));
        Loops.Stop(patience);
    }

    /// <summary>Stops every task, and takes no new one.</summary>
    /// <param name="remove">Whether they leave nothing behind.</param>
    /// <remarks>How tasks ended stays in the store, for the managers to be told in the node's next life.</remarks>
    public async Task EndAllAsync(bool remove)
    {
        Task[] ends;
        lock (_gate)
        {
            _leaving = true;
            ends = [.. _runners.Select(entry => EndAsync(entry.Key, entry.Value, remove)), .. _removals.Values];
            _runners.Clear();
            context.Dependencies.Clear();
        }

        await Task.WhenAll(ends);
    }

    private async Task AddStoredAsync()
    {
        await Task.Yield();
        try
        {
            foreach (var task in await context.Options.Tasks.LoadAsync(CancellationToken.None))
            {
                lock (_gate)
                {
                    Add(task, task.Status.State < TaskState.Running ? _synchronized.Task : Task.CompletedTask);
                }
            }
        }
        catch (Exception exception)
        {
            AgentLog.LoadFailed(context.Logger, exception);
        }
    }

    // What neither this node nor its managers know any more, such as tasks of a swarm that it was in before.
    private async Task RemoveLeftoversAsync(ILeftoverSource source, HashSet<TaskId> known)
    {
        await Task.Yield();
        try
        {
            await ExecutorCall.WithinAsync(
                token => source.RemoveLeftoversAsync(known, token),
                context.Options.RemovalTimeout,
                context.Options.CancellationGrace,
                context.Time,
                CancellationToken.None);
        }
        catch (Exception exception)
        {
            AgentLog.LeftoversStay(context.Logger, exception);
        }
    }

    private void ApplyDependencies(AssignmentsMessage message)
    {
        foreach (var change in message.Changes)
        {
            switch (change)
            {
                case { Object: Secret secret, Remove: false }:
                    context.Dependencies.Set(secret);
                    break;
                case { Object: Secret secret }:
                    context.Dependencies.Remove(secret);
                    break;
                case { Object: Config config, Remove: false }:
                    context.Dependencies.Set(config);
                    break;
                case { Object: Config config }:
                    context.Dependencies.Remove(config);
                    break;
            }
        }
    }

    private TaskRunner? ApplyTask(SwarmTask task, bool remove)
    {
        if (remove)
        {
            Remove(task.Id);
        }
        else if (_runners.TryGetValue(task.Id, out var runner))
        {
            runner.Update(task);
        }
        else
        {
            return Add(task, _removals.GetValueOrDefault(task.Id, Task.CompletedTask));
        }

        return null;
    }

    private void DropUnlisted(AssignmentsMessage message)
    {
        HashSet<string> KeysOf(ObjectKind kind) => message.Changes
            .Where(change => change.Object.Kind == kind && !change.Remove)
            .Select(change => change.Object.Key)
            .ToHashSet(StringComparer.Ordinal);

        var tasks = KeysOf(ObjectKind.Task);
        foreach (var id in _runners.Keys.Where(id => !tasks.Contains(id.Value)).ToArray())
        {
            Remove(id);
        }

        context.Dependencies.KeepOnly(KeysOf(ObjectKind.Secret), KeysOf(ObjectKind.Config));
    }

    private TaskRunner Add(SwarmTask task, Task predecessor)
    {
        var runner = new TaskRunner(task, context);
        _runners.Add(task.Id, runner);
        runner.Start(predecessor);
        return runner;
    }

    private void Remove(TaskId id)
    {
        if (_runners.Remove(id, out var runner))
        {
            _removals[id] = RemoveAsync(id, runner, _removals.GetValueOrDefault(id, Task.CompletedTask));
        }
    }

    private async Task EndAsync(TaskId id, TaskRunner runner, bool remove)
    {
        await Task.Yield();
        await runner.EndAsync(remove);
        if (runner.Current.Status.State <= TaskState.Running)
        {
            await ForgetAsync(id);
        }
    }

    private async Task RemoveAsync(TaskId id, TaskRunner runner, Task former)
    {
        await Task.Yield();
        await former;
        await runner.RemoveAsync();
        await ForgetAsync(id);

        // Nobody asks for a removed task any more, unless it has come back meanwhile.
        lock (_gate)
        {
            if (!_runners.ContainsKey(id))
            {
                _removals.Remove(id);
            }
        }
    }

    private async Task ForgetAsync(TaskId id)
    {
        try
        {
            await context.Options.Tasks.RemoveAsync(id, CancellationToken.None);
        }
        catch (Exception exception)
        {
            AgentLog.SaveFailed(context.Logger, exception);
        }
    }
}
