using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swarm.Agents;
using Swarm.Execution;
using Swarm.Hosting.DependencyInjection;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Mesh;
using Swarm.Scheduling;
using Swarm.Secrets;

namespace Swarm.Hosting.Nodes;

/// <summary>This process as a node: in no swarm, or a member of one. One change of membership at a time.</summary>
internal sealed partial class SwarmNode : ISwarmNode, IAsyncDisposable
{
    private static readonly TimeSpan DisposalPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long a client waits for a join, which then goes on by itself (Docker's number).</summary>
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(20);

    private readonly SwarmManagerOptions _options;
    private readonly IExecutor _executor;
    private readonly ManagerSetup _setup;
    private readonly LocalWorkers _workers;
    private readonly EventFeed _events;
    private readonly NodeDirectory _directory;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _membership = new(1, 1);
    private volatile IMembership? _current;
    private bool _disposed;

    public SwarmNode(
        IOptions<SwarmManagerOptions> options,
        ManagerBlueprint blueprint,
        IServiceProvider services,
        TimeProvider time,
        ILoggerFactory loggers,
        EventFeed events,
        LocalWorkers workers)
    {
        _options = options.Value;
        _workers = workers;
        _events = events;
        _logger = loggers.CreateLogger<SwarmNode>();
        _directory = new NodeDirectory(Path.Combine(_options.DataDirectory, "swarm"));
        _setup = new ManagerSetup(
            time,
            loggers,
            [.. services.GetServices<ISchedulingFilter>()],
            [.. services.GetServices<ISchedulingScorer>()],
            services.GetRequiredService<SecretVault>(),
            services.GetService<IMeterFactory>(),
            _options.Dataplane,
            _options.Overlay);
        _executor = blueprint.Node.CreateExecutor(services, new NodeProfile(
            _options.NodeName ?? Environment.MachineName,
            _options.DataDirectory,
            _options.EngineLabels.ToValueDictionary(),
            time,
            loggers,
            _options.StopTasksOnShutdown));
    }

    public LocalNodeState State => _current?.State ?? LocalNodeState.Inactive;

    public string Error => _current?.Error ?? "";

    public NodeId NodeId => _current?.NodeId ?? default;

    public string Address => _current?.Address ?? "";

    public bool IsManager => _current is { IsManager: true };

    public ISwarmClient Client => (_current ?? throw NodeErrors.NotInSwarm()).Client;

    /// <summary>This process as a manager at work; null when it is not one.</summary>
    public ManagerRuntime? Manager => (_current as ManagerMembership)?.Runtime;

    /// <inheritdoc cref="MemberAgent.ClosedPorts"/>
    public IReadOnlyList<string>? ClosedPorts => _current switch
    {
        ManagerMembership manager => manager.Runtime.Member.ClosedPorts,
        WorkerMembership worker => worker.Member.ClosedPorts,
        _ => null,
    };

    public NodeDescription Description { get; private set; } = new();

    public IContainerSource? Containers => _executor as IContainerSource;

    public IReadOnlyList<(NodeId NodeId, string Address)> RemoteManagers =>
        [.. (_current?.Managers ?? []).Select(manager => (manager.NodeId, manager.Address))];

    /// <summary>Learns what this machine is; to be called once before the node is used.</summary>
    public async Task DescribeAsync(CancellationToken cancellationToken)
    {
        await MeshDataplanes.RequireAsync(_setup.Dataplane, cancellationToken);
        await NodeOverlays.RequireAsync(_setup.Overlay, cancellationToken);
        Description = await _executor.DescribeAsync(cancellationToken);
    }

    /// <summary>Takes up the membership that the last process of this directory had, if any.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await _membership.WaitAsync(cancellationToken);
        try
        {
            _directory.DeleteTemporaries();
            _current = await ResumeMembershipAsync(unlockKey: default, cancellationToken);
        }
        finally
        {
            _membership.Release();
        }
    }

    public async Task<NodeId> InitAsync(SwarmInitRequest request, CancellationToken ct)
    {
        await _membership.WaitAsync(ct);
        try
        {
            if (request.ForceNewCluster && _current is not null)
            {
                return await BeginAnewAsync(request);
            }

            RequireInactive();
            var first = NewSwarm.Describe(NewSwarm.WithDefaults(request, _options), _setup.Time.GetUtcNow());
            var runtime = await ManagerRuntime.StartAsync(_setup, _directory, first, _executor, ct);
            await JoinWorkersAsync(runtime, ct);
            _current = Manage(runtime);
            FollowRole(runtime.Member);
            return runtime.NodeId;
        }
        catch when (_current is null)
        {
            _directory.Clear();
            throw;
        }
        finally
        {
            _membership.Release();
        }
    }

    public async Task JoinAsync(SwarmJoinRequest request, CancellationToken ct)
    {
        await _membership.WaitAsync(ct);
        Task joined;
        try
        {
            RequireInactive();
            var joining = new JoiningMembership(
                _setup,
                _directory,
                request,
                JoinAddresses.Of(request, _options),
                _executor);
            _current = joining;
            joined = FinishJoinAsync(joining);
        }
        finally
        {
            _membership.Release();
        }

        try
        {
            await joined.WaitAsync(JoinPatience, _setup.Time, ct);
        }
        catch (TimeoutException)
        {
            throw NodeErrors.JoinTimedOut();
        }
    }

    public async Task LeaveAsync(bool force, CancellationToken ct)
    {
        await _membership.WaitAsync(ct);
        try
        {
            var current = _current ?? throw NodeErrors.NothingToLeave();
            if (!force)
            {
                current.RequireHarmlessLeave();
            }

            _current = null;
            await EndAsync(current, TasksAtEnd.Remove, CancellationToken.None);
            _directory.Clear();
        }
        finally
        {
            _membership.Release();
        }
    }

    public Task BackUpAsync(Stream destination, CancellationToken ct)
    {
        // Asking for the client tells why there is nothing to back up on a node that is no working manager.
        _ = Client;
        return _current is ManagerMembership manager
            ? manager.Runtime.BackUpAsync(destination, ct)
            : throw NodeErrors.ManagerNotReady();
    }

    /// <summary>True while all nodes of this process have a session; null in no swarm.</summary>
    public bool? AgentsAreReady() => _current?.AgentsAreReady;

    /// <summary>Ends the membership with the process.</summary>
    /// <param name="impatience">Leaves behind tasks that do not end.</param>
    public async Task StopAsync(CancellationToken impatience)
    {
        await _stopping.CancelAsync();
        await _membership.WaitAsync(CancellationToken.None);
        try
        {
            if (_current is { } current)
            {
                _current = null;
                var tasks = _options.StopTasksOnShutdown ? TasksAtEnd.Stop : TasksAtEnd.RunOn;
                await EndAsync(current, tasks, impatience);
            }
        }
        finally
        {
            _membership.Release();
        }
    }

    // The container disposes of it under each name it is registered by.
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        using var patience = new CancellationTokenSource(DisposalPatience, _setup.Time);
        await StopAsync(patience.Token);
        await LocalWorkers.DisposeAsync(_executor);
        _membership.Dispose();
        _stopping.Dispose();
    }

    private async Task JoinWorkersAsync(ManagerRuntime runtime, CancellationToken ct)
    {
        try
        {
            await _workers.JoinAsync(runtime, ct);
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.NoLeader && !runtime.Leads)
        {
            LogNoWorkers(exception.Message);
        }
        catch
        {
            await runtime.StopAsync(TasksAtEnd.RunOn, CancellationToken.None);
            await runtime.DisposeAsync();
            throw;
        }
    }

    private void RequireInactive()
    {
        if (_current is not null)
        {
            throw NodeErrors.AlreadyInSwarm();
        }
    }

    private async Task FinishJoinAsync(JoiningMembership joining)
    {
        MemberAgent member;
        try
        {
            member = await joining.RunAsync();
        }
        catch (SwarmException) when (_current == joining)
        {
            await _membership.WaitAsync(CancellationToken.None);
            _current = null;
            _directory.Clear();
            _membership.Release();
            throw;
        }

        await _membership.WaitAsync(CancellationToken.None);
        try
        {
            if (_current != joining)
            {
                await member.DisposeAsync();
                throw NodeErrors.NothingToLeave();
            }

            // A manager, too, is a node first: it joins the quorum with its certificate.
            member.Start();
            _current = new WorkerMembership(member);
            FollowRole(member);
        }
        finally
        {
            _membership.Release();
        }

        await joining.DisposeAsync();
        await SettleRoleAsync(member);
        await member.Registered;
    }

    private static async Task EndAsync(IMembership membership, TasksAtEnd tasks, CancellationToken impatience)
    {
        await membership.StopAsync(tasks, impatience);
        await membership.DisposeAsync();
    }

    [LoggerMessage(4022, LogLevel.Warning, "The workers of this process do not work: {Reason}")]
    private partial void LogNoWorkers(string reason);
}
