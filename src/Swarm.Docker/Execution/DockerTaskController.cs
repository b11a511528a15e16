using System.Net;
using Swarm.Docker.Engine;
using Swarm.Execution;

namespace Swarm.Docker.Execution;

/// <summary>Carries one task through its life as a container.</summary>
internal sealed partial class DockerTaskController(
    SwarmTask task, ITaskDependencies dependencies, DockerRuntime runtime)
    : ITaskController, ITaskLogSource, IContainerStatusSource, IPortStatusSource
{
    private const string Unhealthy = "unhealthy";
    private const string UnhealthyCause = "dockerexec: unhealthy container";
    private const string DestroyedCause = "dockerexec: container destroyed";
    private const string Created = "created";

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _pullStop = new();
    private SwarmTask _task = task;
    private Task? _pull;
    private ContainerDocument? _container;
    private string _cause = "";
    private bool _hasEntered;

    /// <inheritdoc/>
    public ContainerStatus? ContainerStatus =>
        Volatile.Read(ref _container) is { } container
            ? new(container.Id, container.State.Pid, container.State.ExitCode)
            : null;

    /// <inheritdoc/>
    public ValueList<PortPublication> Ports =>
        Volatile.Read(ref _container) is { State.Running: true, NetworkSettings: { } networks }
            ? PortPlanner.Read(
                _task.Endpoint?.Ports ?? default, networks.Ports, networks.Networks?.Keys.FirstOrDefault())
            : default;

    private IDockerEngine Engine => runtime.Engine;

    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancellationToken) => ReachingAsync(async () =>
    {
        var plan = ContainerPlanner.Plan(_task, dependencies, runtime.MeshAddress);
        var container = await FindAsync(cancellationToken);
        if (container is null)
        {
            plan = await EnterAsync(plan, cancellationToken);
            await FetchAsync(plan, cancellationToken);
            await CreateAsync(plan, cancellationToken);
            container = await FindAsync(cancellationToken)
                ?? throw new InvalidOperationException(DestroyedCause);
        }
        else if (container.State.Status == Created)
        {
            // The node may have lost its memory since.
            runtime.Files.Deliver(_task, dependencies);
            plan = await EnterAsync(plan, cancellationToken);
        }

        if (container.State.Status == Created)
        {
            await ConnectAsync(plan, container, cancellationToken);
        }

        if (container.State.Status != Created)
        {
            _begun.TrySetResult();
        }

        return true;
    });

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => ReachingAsync(async () =>
    {
        var container = await FindAsync(cancellationToken) ?? throw new InvalidOperationException(DestroyedCause);
        if (container.State.Status == Created)
        {
            await BeginAsync(container.Id, cancellationToken);
        }

        _begun.TrySetResult();
        if (await FollowAsync(container.Id, untilUp: true, cancellationToken) is { ExitCode: not 0 } exit)
        {
            throw new TaskFailedException(exit);
        }

        return true;
    });

    /// <inheritdoc/>
    public Task<TaskExit> WaitAsync(CancellationToken cancellationToken) => ReachingAsync(async () =>
    {
        var container = await FindAsync(cancellationToken) ?? throw new InvalidOperationException(DestroyedCause);
        return (await FollowAsync(container.Id, untilUp: false, cancellationToken))!;
    });

    /// <inheritdoc/>
    public Task UpdateAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        _task = task;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ShutdownAsync(CancellationToken cancellationToken) => ReachingAsync(async () =>
    {
        await _pullStop.CancelAsync();
        if (await FindAsync(cancellationToken) is { } container)
        {
            if (runtime.Bridges is { } bridges)
            {
                await bridges.WithdrawAsync(_task, cancellationToken);
            }

            await DrainAsync(container, cancellationToken);
            await Engine.StopContainerAsync(container.Id, GracePeriod, cancellationToken);
            await FindAsync(cancellationToken);
        }

        await LeaveAsync(cancellationToken);
        return true;
    });

    /// <inheritdoc/>
    public Task TerminateAsync(CancellationToken cancellationToken) => ReachingAsync(async () =>
    {
        await _pullStop.CancelAsync();
        await Engine.KillContainerAsync(_task.Name, cancellationToken);
        await FindAsync(cancellationToken);
        await LeaveAsync(cancellationToken);
        return true;
    });

    /// <inheritdoc/>
    public Task RemoveAsync(CancellationToken cancellationToken) => ReachingAsync(async () =>
    {
        await _pullStop.CancelAsync();
        await Engine.RemoveContainerAsync(_task.Name, cancellationToken);
        await LeaveAsync(cancellationToken);
        _begun.TrySetResult();
        return true;
    });

    /// <inheritdoc/>
    public IAsyncEnumerable<LogLine> ReadLogsAsync(LogOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ContainerLogs(Engine, _task.Name, options).ReadAsync(
            options.Follow && _task.Status.State < TaskState.Running ? _begun.Task : Task.CompletedTask,
            cancellationToken);
    }

    /// <summary>Lets go of the task; a container that still runs goes on.</summary>
    /// <returns>Completes at once.</returns>
    public async ValueTask DisposeAsync()
    {
        await _pullStop.CancelAsync();
        _pullStop.Dispose();
        _begun.TrySetResult();
    }

    private TimeSpan? GracePeriod => (_task.Spec.Workload as ContainerSpec)?.StopGracePeriod;

    // An engine that restarts is back soon, and the task may have outlived that.
    private static async Task<T> ReachingAsync<T>(Func<Task<T>> operation)
    {
        try
        {
            return await operation();
        }
        catch (IOException exception)
        {
            throw new TransientExecutorException(exception.Message, exception);
        }
    }

    private async Task<ContainerDocument?> FindAsync(CancellationToken cancellationToken)
    {
        var container = await Engine.FindContainerAsync(_task.Name, cancellationToken);
        if (container is not null)
        {
            Volatile.Write(ref _container, container);
        }

        return container;
    }

    // Makes the task's networks, and opens what it needs there.
    private async Task<ContainerPlan> EnterAsync(ContainerPlan plan, CancellationToken cancellationToken)
    {
        var networks = await runtime.Networks.EnsureAsync(plan.Networks, cancellationToken);
        var isAnswered = networks.Any(network => network.Footing == NetworkFooting.Answered);
        var resolver = isAnswered && runtime.Bridges is { } bridges
            ? await bridges.EnterAsync(_task, cancellationToken)
            : null;
        _hasEntered = true;
        return plan.On(
            isAnswered && resolver is null
                ? networks.Select(network => network with { Footing = network.Footing.WithoutNames() }).ToValueList()
                : networks,
            resolver);
    }

    // A container that was there before this process has its networks already.
    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        if (!_hasEntered && runtime.Bridges is { } bridges)
        {
            _hasEntered = true;
            await runtime.Networks.AdoptAsync(TaskNetwork.Of(_task), cancellationToken);
            await bridges.EnterAsync(_task, cancellationToken);
        }
    }

    // What is being fetched goes on when the managers want something else of the task meanwhile.
    private async Task FetchAsync(ContainerPlan plan, CancellationToken cancellationToken)
    {
        _pull ??= runtime.Images.FetchAsync(plan.Image, plan.RegistryAuth, _pullStop.Token);
        try
        {
            await _pull.WaitAsync(cancellationToken);
        }
        catch (IOException)
        {
            _pull = null;
            throw;
        }
    }

    private async Task CreateAsync(ContainerPlan plan, CancellationToken cancellationToken)
    {
        var mounts = runtime.Files.Deliver(_task, dependencies);
        try
        {
            await Engine.CreateContainerAsync(_task.Name, plan.With(mounts), cancellationToken);
        }
        catch (EngineException exception) when (exception.Status == HttpStatusCode.Conflict)
        {
            // A request whose answer was lost has made it already.
        }
        catch
        {
            runtime.Files.Wipe(_task.Id);
            throw;
        }
    }

    // Older engines take one network with a new container.
    private async Task ConnectAsync(
        ContainerPlan plan, ContainerDocument container, CancellationToken cancellationToken)
    {
        foreach (var network in plan.Networks.Skip(1))
        {
            if (container.NetworkSettings?.Networks?.ContainsKey(network.Name) is not true)
            {
                await Engine.ConnectAsync(network.Name, container.Id, network.Endpoint, cancellationToken);
            }
        }
    }

    private async Task BeginAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                await Engine.StartContainerAsync(id, cancellationToken);
            }
            catch (EngineException exception) when (IsMissingNetwork(exception))
            {
                // The last task on it ended after this one was made.
                await runtime.Networks.EnsureAsync(TaskNetwork.Of(_task), cancellationToken);
                _hasEntered = false;
                await AdoptAsync(cancellationToken);
                await Engine.StartContainerAsync(id, cancellationToken);
            }
        }
        catch (EngineException exception)
        {
            runtime.Files.Wipe(_task.Id);
            await FindAsync(cancellationToken);
            throw new InvalidOperationException($"starting container failed: {exception.Message}", exception);
        }
    }

    private static bool IsMissingNetwork(EngineException exception) =>
        exception.Message.Contains("network", StringComparison.Ordinal)
        && exception.Message.Contains("not found", StringComparison.Ordinal);
}
