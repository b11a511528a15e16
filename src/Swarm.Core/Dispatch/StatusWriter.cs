using Microsoft.Extensions.Logging;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Dispatch;

/// <summary>
/// Writes what agents report: at once while they report little; otherwise reports are collected for a moment, and only
/// the last one per task and node is written, so that thousands of nodes cost few transactions.
/// </summary>
internal sealed class StatusWriter(
    ClusterStore store,
    DispatcherOptions options,
    TimeProvider time,
    ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Pulse _reported = new();
    private readonly Pulse _full = new();
    private readonly BundlePace _pace = new(options.BatchInterval, time);
    private StatusBatch _batch = new();
    private bool _stopped;

    /// <summary>Reports states of tasks.</summary>
    public void Report(IReadOnlyList<TaskStatusUpdate> updates)
    {
        lock (_gate)
        {
            foreach (var (id, status) in updates)
            {
                _batch.Add(id, status);
            }
        }

        Announce();
    }

    /// <summary>Reports a change of a node.</summary>
    public void Report(NodeId node, NodeWrite write)
    {
        lock (_gate)
        {
            _batch.Add(node, write);
        }

        Announce();
    }

    /// <summary>Reports a change of a node; completes when it is stored.</summary>
    public async Task WriteAsync(NodeId node, NodeWrite write, CancellationToken cancellationToken)
    {
        Task written;
        lock (_gate)
        {
            if (_stopped)
            {
                throw DispatchErrors.Stopped();
            }

            _batch.Add(node, write);
            written = _batch.WaitAsync();
        }

        Announce();
        await Loops.JoinAsync(written).WaitAsync(cancellationToken);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _reported.WaitAsync(cancellationToken);
                if (_pace.Rest() is { Ticks: > 0 } rest)
                {
                    await _full.WaitAsync(rest, time, cancellationToken);
                }

                await FlushAsync(cancellationToken);
            }
        }
        finally
        {
            Stop();
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        var batch = Take();
        using var span = SwarmTelemetry.Source.StartActivity("swarm.dispatch");
        span?.SetTag("swarm.dispatch.tasks", batch.Tasks.Count);
        try
        {
            await store.BatchAsync(batch.Nodes, ApplyNode, cancellationToken);
            await store.BatchAsync(batch.Tasks, ApplyTask, cancellationToken);
            _pace.Sent();
            batch.Complete();
        }
        catch (SwarmException exception)
        {
            DispatchLog.StatusWriteFailed(logger, exception.Message);
            PutBack(batch);
            await Task.Delay(options.RetryDelay, time, cancellationToken);
        }
        catch
        {
            PutBack(batch);
            throw;
        }
    }

    private static void ApplyNode(StoreTransaction transaction, KeyValuePair<NodeId, NodeWrite> write)
    {
        if (transaction.Nodes.Find(write.Key.Value) is not { } node)
        {
            return;
        }

        var changed = write.Value.ApplyTo(node);
        if (changed != node)
        {
            transaction.Update(changed);
        }
    }

    private void ApplyTask(StoreTransaction transaction, KeyValuePair<TaskId, SwarmTaskStatus> report)
    {
        var status = report.Value;
        if (transaction.Tasks.Find(report.Key) is not { } task || task.Status.State > status.State)
        {
            return;
        }

        var known = task.Status;
        if (known != status with { AppliedBy = known.AppliedBy, AppliedAt = known.AppliedAt })
        {
            var stamped = status with { AppliedBy = options.NodeId, AppliedAt = transaction.Now };
            transaction.Replace(task, task with
            {
                Version = transaction.Stamp,
                UpdatedAt = transaction.Now,
                Status = stamped,
            });
        }
    }

    private StatusBatch Take()
    {
        lock (_gate)
        {
            var batch = _batch;
            _batch = new StatusBatch();
            return batch;
        }
    }

    // Writing twice does no harm, so nothing is taken as done when a batch fails somewhere.
    private void PutBack(StatusBatch batch)
    {
        lock (_gate)
        {
            batch.Add(_batch);
            _batch = batch;
        }

        _reported.Set();
    }

    private void Announce()
    {
        bool full;
        lock (_gate)
        {
            full = _batch.Count >= options.MaxStatusBatch;
        }

        _reported.Set();
        if (full)
        {
            _full.Set();
        }
    }

    private void Stop()
    {
        StatusBatch batch;
        lock (_gate)
        {
            _stopped = true;
            batch = _batch;
        }

        batch.Fail(DispatchErrors.Stopped());
    }
}
