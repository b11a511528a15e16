using Microsoft.Extensions.Logging;
using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Raft;

namespace Swarm.Hosting.Nodes;

/// <summary>Runs the control plane while this manager leads, a new one for each term.</summary>
internal sealed partial class Leadership(
    Func<ControlPlane> create,
    Func<ControlPlane, CancellationToken, Task> onBegin,
    ILogger<Leadership> logger,
    TaskScheduler? scheduler = null) : IAsyncDisposable
{
    private readonly ILogger _logger = logger;
    private readonly Pulse _changed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskScheduler _scheduler =
        scheduler ?? new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private volatile RaftState _state = new(RaftRole.Follower, 0, 0, IsReady: false);
    private volatile ControlPlane? _current;
    private Task _following = Task.CompletedTask;

    /// <summary>The control plane of the present term; null while this manager does not lead.</summary>
    public ControlPlane? Current => _current;

    /// <summary>The control plane of the present term.</summary>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NoLeader"/>.</exception>
    public ControlPlane Require() => _current ?? throw new SwarmException(
        SwarmErrorCode.NoLeader,
        "this manager does not lead the swarm now; try again when a leader is elected");

    public void Start() => _following = FollowAsync();

    /// <summary>Takes note of what the raft member is. Called from its scheduler.</summary>
    public void Observe(RaftState state)
    {
        _state = state;
        _changed.Set();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Loops.IgnoreAsync(_following);
        await EndTermAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        // Controllers act for nobody, whoever happened to start them.
        using var nobody = SwarmActor.As("");
        ulong term = 0;
        while (true)
        {
            var state = _state;
            if (_current is not null && (!state.IsReady || state.Term != term))
            {
                await EndTermAsync();
            }

            if (_current is null && state.IsReady)
            {
                term = state.Term;
                await BeginTermAsync();
            }

            await _changed.WaitAsync(_stop.Token);
        }
    }

    private async Task BeginTermAsync()
    {
        var plane = create();
        try
        {
            await onBegin(plane, _stop.Token);
            plane.Start(_scheduler);
            _current = plane;
        }
        catch (SwarmException exception)
        {
            // Leadership went as soon as it came, and the next state says so.
            LogTermNotBegun(exception.Message);
            await plane.DisposeAsync();
        }
    }

    private async Task EndTermAsync()
    {
        if (_current is { } plane)
        {
            _current = null;
            await plane.DisposeAsync();
        }
    }

    [LoggerMessage(4030, LogLevel.Warning, "The controllers were not started: {Reason}")]
    private partial void LogTermNotBegun(string reason);
}
