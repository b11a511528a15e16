using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Docker.Engine;
using Swarm.Docker.Execution;
using Swarm.Execution;
using Swarm.Hosting.Mesh;

namespace Swarm.Docker;

/// <summary>Runs tasks as containers of a Docker Engine that is in no swarm of its own.</summary>
/// <remarks>
/// Containers are those that the engine's own executor would make: same names, labels and settings. Secrets and
/// configs are files in this machine's memory, mounted read-only. Overlay networks are bridges of the engine: tasks of
/// one node reach each other by name, those of other nodes by published ports. Where this process may, it answers the
/// virtual addresses of services on them (<see cref="DockerExecutorOptions.AnswerVirtualAddresses"/>). Ports in ingress
/// mode are published at numbers of the engine's choice, to which the routing mesh of every node leads. When the host
/// process dies, containers run on and the next executor takes them over by their names.
/// </remarks>
public sealed class DockerExecutor : IExecutor, IAsyncDisposable, ILeftoverSource, IBridgeExecutor
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly DockerRuntime _runtime;
    private int _swept;
    private int _disposed;

    /// <summary>Makes an executor; the engine is not asked for anything yet.</summary>
    /// <param name="options">Options.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <param name="logger">The log; null means none.</param>
    /// <exception cref="FormatException">The endpoint is none.</exception>
    public DockerExecutor(
        DockerExecutorOptions options,
        TimeProvider? timeProvider = null,
        ILogger<DockerExecutor>? logger = null)
        : this(options, CreateTransport(options), timeProvider, logger)
    {
    }

    internal DockerExecutor(
        DockerExecutorOptions options, EngineTransport transport, TimeProvider? timeProvider, ILogger? logger)
    {
        var time = timeProvider ?? TimeProvider.System;
        _runtime = new(new EngineClient(transport, time), options, time, logger ?? NullLogger.Instance);
    }

    /// <summary>Describes the engine.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The description.</returns>
    /// <exception cref="IOException">The engine does not answer.</exception>
    public async ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) =>
        NodeFacts.Describe(await _runtime.Engine.InfoAsync(cancellationToken), _runtime.Options);

    /// <inheritdoc/>
    public async ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        _runtime.Nodes.Add(node.Id);
        _runtime.UseAddress(node.Status.Address);
        if (Interlocked.Exchange(ref _swept, 1) == 0)
        {
            var tasks = await new OwnContainers(_runtime).ListAsync(cancellationToken);
            _runtime.Files.Sweep(tasks.Select(container => container.TaskId).ToHashSet(StringComparer.Ordinal));
        }
    }

    /// <inheritdoc/>
    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(dependencies);
        return task.Spec.Workload is ContainerSpec
            ? new DockerTaskController(task, dependencies, _runtime)
            : throw new TaskRejectedException("the docker executor runs containers only");
    }

    void IBridgeExecutor.Use(IBridgedNetworks networks) =>
        _runtime.Bridges = _runtime.Options.AnswerVirtualAddresses && _runtime.Engine.Address.IsLocal ? networks : null;

    Task ILeftoverSource.RemoveLeftoversAsync(IReadOnlySet<TaskId> known, CancellationToken cancellationToken) =>
        new OwnContainers(_runtime).RemoveUnknownAsync(known, cancellationToken);

    /// <summary>Stops all tasks, or leaves them to the next executor.</summary>
    /// <returns>Completes when they have stopped.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_runtime.Options.StopTasksOnDispose)
        {
            await new OwnContainers(_runtime).StopAsync(StopLimit);
            _runtime.Files.WipeAll();
        }

        _runtime.Dispose();
    }

    private static EngineTransport CreateTransport(DockerExecutorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(EngineAddress.Parse(options.Endpoint));
    }
}
