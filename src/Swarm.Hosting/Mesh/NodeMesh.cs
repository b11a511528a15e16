using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;
using Swarm.Dispatch;
using Swarm.Execution.Processes;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// The mesh's part of a node: keeps its data plane and the names of its tasks as the managers say, and as they were
/// while none says anything.
/// </summary>
internal sealed partial class NodeMesh : IAsyncDisposable
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    // Docker's managers have no mesh to tell of, and will not have one a second later.
    private static readonly TimeSpan NoMeshDelay = TimeSpan.FromSeconds(60);

    private readonly IMeshSource _source;
    private readonly MeshTable _table;
    private readonly INodeNames? _names;
    private readonly BridgedNetworks? _bridges;
    private readonly IDataplane _dataplane;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Pulse _failed = new();
    private readonly MeshMetrics _metrics;
    private volatile HashSet<Frontend> _closed = [];
    private volatile bool _hasNews;
    private Task _running = Task.CompletedTask;

    /// <param name="self">The node.</param>
    /// <param name="listen">The address that the node answers published ports at.</param>
    /// <param name="source">Where the node learns what the mesh is.</param>
    /// <param name="block">Where the addresses of networks are on this node; null for none, and then no names.</param>
    /// <param name="overlay">Gives tasks networks of their own; null where they share the node's.</param>
    /// <param name="dataplane">Moves the bytes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Makes the logs.</param>
    /// <param name="meters">Makes the meters.</param>
    /// <param name="bridges">The node's networks that are bridges; null for none such. Disposed of here.</param>
    public NodeMesh(
        NodeId self,
        IPAddress listen,
        IMeshSource source,
        LoopbackBlock? block,
        IOverlay? overlay,
        IDataplane dataplane,
        TimeProvider time,
        ILoggerFactory loggers,
        IMeterFactory? meters = null,
        BridgedNetworks? bridges = null)
    {
        (_source, _dataplane, _time) = (source, dataplane, time);
        _logger = loggers.CreateLogger<NodeMesh>();
        _metrics = new MeshMetrics(meters, dataplane);
        var twins = block is null || overlay is not null ? null : new TwinAddresses(block);
        _table = new MeshTable(self, listen, twins);
        _names = overlay is not null ? new NodeOverlay(self, overlay, RefreshAsync, time, loggers)
            : twins is not null ? new NodeNames(twins, RefreshAsync, time, loggers)
            : null;
        _bridges = bridges;
        _bridges?.RefreshBy(RefreshAsync);
    }

    /// <summary>The names that the node's tasks see; null when it has no place for them.</summary>
    public ITaskNames? Names => _names;

    /// <summary>Published ports that could not be opened.</summary>
    public IReadOnlyList<string> ClosedPorts => [.. _closed.Select(frontend => frontend.ToString())];

    /// <summary>Takes over the keys of encrypted networks.</summary>
    public void Use(ValueList<EncryptionKey> keys) => _names?.Use(keys);

    /// <summary>Begins. To be called on a scheduler that runs one thing at a time.</summary>
    public Task RunAsync() => _running = Task.WhenAll(FollowAsync(), RetryAsync());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Loops.IgnoreAsync(_running);
        if (_names is not null)
        {
            await _names.DisposeAsync();
        }

        if (_bridges is not null)
        {
            await _bridges.DisposeAsync();
        }

        _metrics.Dispose();
        await _dataplane.DisposeAsync();
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var delay = ReconnectDelay;
            try
            {
                await foreach (var update in _source.WatchAsync(_table.Version, _stop.Token))
                {
                    await ApplyAsync(update, _stop.Token);
                }
            }
            catch (SwarmException exception) when (exception.Code == SwarmErrorCode.Unimplemented)
            {
                // That there is nothing to know is all that tasks wait for.
                _hasNews = true;
                await Loops.IgnoreAsync(RefreshAsync(_stop.Token));
                _bridges?.ShowNone();
                delay = NoMeshDelay;
            }
            catch (Exception exception) when (exception is SwarmException or OperationCanceledException or IOException)
            {
                LogLost(exception.Message);
            }
            catch (Exception exception)
            {
                LogFailed(exception);
            }

            await Loops.IgnoreAsync(Task.Delay(delay, _time, _stop.Token));
        }
    }

    // What is in use now may be free later.
    private async Task RetryAsync()
    {
        while (true)
        {
            await _failed.WaitAsync(_stop.Token);
            await Task.Delay(RetryInterval, _time, _stop.Token);
            await RefreshAsync(_stop.Token);
        }
    }

    private ValueTask ShowAsync(CancellationToken cancellationToken) =>
        _names?.ShowAsync(_table.Services, cancellationToken) ?? ValueTask.CompletedTask;

    private Task RefreshAsync(CancellationToken cancellationToken) => ApplyAsync(update: null, cancellationToken);

    private async Task ApplyAsync(MeshUpdate? update, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (update is not null)
            {
                _table.Apply(update);
            }

            // Where tasks have networks of their own, the data plane leads to them; otherwise names lead to it.
            var isFirst = _names?.CarriesNetworks is true;
            _hasNews |= update is not null;
            if (isFirst && _hasNews)
            {
                await ShowAsync(cancellationToken);
            }

            var state = _table.ToState(_names?.Networks ?? [], _names?.Places);
            var report = await _dataplane.ApplyAsync(state, cancellationToken);
            if (!isFirst)
            {
                await ShowAsync(cancellationToken);
            }

            Tell(report);
            await ShowBridgesAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ShowBridgesAsync(CancellationToken cancellationToken)
    {
        if (_bridges is { } bridges
            && await bridges.ShowAsync(_table.Services, _table.Version > 0, cancellationToken) is { } refusal)
        {
            LogBridgesRefused(refusal);
            _failed.Set();
        }
    }

    private void Tell(ApplyReport report)
    {
        foreach (var failure in report.Failures.Where(failure => !_closed.Contains(failure.Frontend)))
        {
            LogNotOpen(failure.Frontend, failure.Reason);
        }

        if (_table.Omitted > 0)
        {
            LogOmitted(_table.Omitted);
        }

        _closed = [.. report.Failures.Select(failure => failure.Frontend)];
        if (_closed.Count > 0)
        {
            _failed.Set();
        }
    }

    [LoggerMessage(4200, LogLevel.Debug, "The routing mesh goes on with what it knows: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(4201, LogLevel.Error, "The routing mesh failed and follows the managers anew")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(4205, LogLevel.Warning, "Virtual addresses are not as they should be on this node's bridges: {Reason}")]
    private partial void LogBridgesRefused(string reason);

    [LoggerMessage(4202, LogLevel.Warning, "{Frontend} is not answered on this node: {Reason}")]
    private partial void LogNotOpen(Frontend frontend, string reason);

    [LoggerMessage(4203, LogLevel.Warning, "{Count} ports of services and tasks are not answered on this node: it has too many")]
    private partial void LogOmitted(int count);
}
