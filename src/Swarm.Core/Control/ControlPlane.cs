using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Swarm.Allocation;
using Swarm.Certificates;
using Swarm.Certificates.Authority;
using Swarm.Certificates.Rotation;
using Swarm.Dispatch;
using Swarm.Identity;
using Swarm.Orchestration;
using Swarm.Scheduling;
using Swarm.Secrets;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Control;

/// <summary>What the control plane is made of besides the store.</summary>
internal sealed record ControlPlaneOptions
{
    public IIdGenerator Ids { get; init; } = new RandomIdGenerator();

    public required Random Random { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public SchedulerOptions Scheduler { get; init; } = new();

    /// <summary>The host's own filters, asked after Docker's.</summary>
    public IReadOnlyList<ISchedulingFilter> Filters { get; init; } = [];

    public IReadOnlyList<ISchedulingScorer> Scorers { get; init; } = [];

    public DispatcherOptions Dispatcher { get; init; } = new();

    /// <summary>Opens secrets for the nodes that need them.</summary>
    public SecretVault Secrets { get; init; } = SecretVault.Plain;

    /// <summary>Secure random numbers, for serial numbers and join tokens.</summary>
    public RandomBytes RandomBytes { get; init; } = RandomNumberGenerator.Fill;

    public AuthorityLimits CertificateLimits { get; init; } = new();

    /// <summary>The way to authorities outside of the swarm; null when there is none.</summary>
    public IExternalCaClient? ExternalCas { get; init; }

    public SwarmMetrics? Metrics { get; init; }

    /// <summary>Controllers of the host, which know of more than the store.</summary>
    public IReadOnlyList<(string Name, Func<CancellationToken, Task> RunAsync)> More { get; init; } = [];

    public required ILoggerFactory Loggers { get; init; }
}

/// <summary>
/// The controllers of a leader: starts them, keeps them running, stops them. A controller that fails is logged and
/// started afresh from the store a second later; the others do not notice.
/// </summary>
internal sealed partial class ControlPlane : IAsyncDisposable
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly ClusterStore _store;
    private readonly ControlPlaneOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private Task[] _controllers = [];

    public ControlPlane(ClusterStore store, ControlPlaneOptions options)
    {
        _store = store;
        _options = options;
        _logger = options.Loggers.CreateLogger<ControlPlane>();
        Dispatcher = new Dispatcher(
            store,
            options.Ids,
            options.Random,
            options.Time,
            options.Dispatcher with { Secrets = options.Secrets },
            options.Loggers.CreateLogger<Dispatcher>());
        Certificates = new CertificateAuthority(
            store,
            options.Ids,
            options.Time,
            options.CertificateLimits,
            options.Loggers.CreateLogger<CertificateAuthority>());
    }

    public Dispatcher Dispatcher { get; }

    /// <summary>What the services CA and NodeCA answer with.</summary>
    public CertificateAuthority Certificates { get; }

    /// <summary>Starts every controller on one scheduler, which must run one task at a time.</summary>
    public void Start(TaskScheduler scheduler) =>
        _controllers = [.. Controllers().Select(controller => Task.Factory.StartNew(
            () => KeepRunningAsync(controller.Name, controller.RunAsync),
            CancellationToken.None,
            TaskCreationOptions.None,
            scheduler).Unwrap())];

    /// <summary>Stops every controller and waits for it.</summary>
    public async Task StopAsync()
    {
        Loops.Stop(_stop);
        await Task.WhenAll(_controllers);
        _controllers = [];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    // Made anew for each run: what a controller remembers is rebuilt from the store, as after a change of leadership.
    private IEnumerable<(string Name, Func<CancellationToken, Task> RunAsync)> Controllers()
    {
        var (ids, time) = (_options.Ids, _options.Time);
        yield return ("dispatcher", Dispatcher.RunAsync);
        yield return ("predefined networks", stop => PredefinedNetworks.EnsureAsync(_store, ids, stop));
        yield return ("allocator", stop => new Allocator(_store, Logger<Allocator>()).RunAsync(stop));
        yield return ("scheduler", stop => new SchedulerLoop(
            _store,
            time,
            _options.Scheduler,
            [.. SchedulingFilters.Default, .. _options.Filters],
            _options.Scorers,
            Logger<SchedulerLoop>(),
            _options.Metrics).RunAsync(stop));
        yield return ("orchestrator", stop =>
            new Orchestrator(_store, ids, time, Logger<Orchestrator>()).RunAsync(stop));
        if (_options.Metrics is { } metrics)
        {
            yield return ("meter", stop => new StoreMeter(_store, metrics).RunAsync(stop));
        }

        yield return ("task reaper", stop => new TaskReaper(_store, time, Logger<TaskReaper>()).RunAsync(stop));
        yield return ("constraint enforcer", stop =>
            new ConstraintEnforcer(_store, Logger<ConstraintEnforcer>()).RunAsync(stop));
        yield return ("secret keeper", stop =>
            new SecretKeeper(
                _store,
                _options.Secrets,
                _options.Dispatcher.NodeId,
                ids,
                time,
                Logger<SecretKeeper>()).RunAsync(stop));
        yield return ("certificate signer", stop => new CertificateSigner(
            _store,
            _options.RandomBytes,
            time,
            _options.ExternalCas,
            Logger<CertificateSigner>()).RunAsync(stop));
        yield return ("key manager", stop =>
            new NetworkKeyRotation(_store, _options.RandomBytes, time).RunAsync(stop));
        yield return ("root rotation", stop =>
            new RootRotationLoop(_store, _options.RandomBytes, time, Logger<RootRotationLoop>()).RunAsync(stop));
        foreach (var controller in _options.More)
        {
            yield return controller;
        }
    }

    private ILogger<T> Logger<T>() => _options.Loggers.CreateLogger<T>();

    private async Task KeepRunningAsync(string name, Func<CancellationToken, Task> runAsync)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await runAsync(_stop.Token);
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogControllerFailed(exception, name);
            }

            await Loops.IgnoreAsync(Task.Delay(RestartDelay, _options.Time, _stop.Token));
        }
    }

    [LoggerMessage(1000, LogLevel.Error, "The {Controller} failed and is started again")]
    private partial void LogControllerFailed(Exception exception, string controller);
}
