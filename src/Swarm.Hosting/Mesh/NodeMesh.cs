using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;
using Swarm.Dispatch;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>The mesh's part of a node: keeps its data plane as the managers say, and as it was while none says anything.</summary>
internal sealed partial class NodeMesh : IAsyncDisposable
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    // Docker's managers have no mesh to tell of, and will not have one a second later.
    private static readonly TimeSpan NoMeshDelay = TimeSpan.FromSeconds(60);

    private readonly IMeshSource _source;
    private readonly MeshTable _table;
    private readonly IDataplane _dataplane;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Pulse _failed = new();
    private readonly MeshMetrics _metrics;
    private volatile HashSet<Frontend> _closed = [];
    private Task _running = Task.CompletedTask;

    public NodeMesh(
        NodeId self,
        IPAddress listen,
        IMeshSource source,
        IDataplane dataplane,
        TimeProvider time,
        ILogger<NodeMesh> logger,
        IMeterFactory? meters = null)
    {
        (_source, _dataplane, _time, _logger) = (source, dataplane, time, logger);
        _metrics = new MeshMetrics(meters, dataplane);
        _table = new MeshTable(self, listen);
    }

    /// <summary>Published ports that could not be opened.</summary>
    public IReadOnlyList<string> ClosedPorts => [.. _closed.Select(frontend => frontend.ToString())];

    /// <summary>Begins. To be called on a scheduler that runs one thing at a time.</summary>
    public Task RunAsync() => _running = Task.WhenAll(FollowAsync(), RetryAsync());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Loops.IgnoreAsync(_running);
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
                    _table.Apply(update);
                    await ApplyAsync();
                }
            }
            catch (SwarmException exception) when (exception.Code == SwarmErrorCode.Unimplemented)
            {
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
            await ApplyAsync();
        }
    }

    private async Task ApplyAsync()
    {
        var report = await _dataplane.ApplyAsync(_table.ToState(), _stop.Token);
        foreach (var failure in report.Failures.Where(failure => !_closed.Contains(failure.Frontend)))
        {
            LogNotOpen(failure.Frontend, failure.Reason);
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

    [LoggerMessage(4202, LogLevel.Warning, "Published port {Frontend} is not answered on this node: {Reason}")]
    private partial void LogNotOpen(Frontend frontend, string reason);
}
