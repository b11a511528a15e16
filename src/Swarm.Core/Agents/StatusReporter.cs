using Microsoft.Extensions.Logging;
using Swarm.Dispatch;

namespace Swarm.Agents;

/// <summary>
/// Brings task states to the managers: one pending status per task, never a lower one after a higher, kept until
/// accepted, whatever happens to sessions meanwhile.
/// </summary>
internal sealed class StatusReporter(
    IDispatcherConnection connection,
    AgentOptions options,
    TimeProvider time,
    ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Pulse _pending = new();
    private readonly OrderedDictionary<TaskId, SwarmTaskStatus> _statuses = [];

    public int PendingCount
    {
        get
        {
            lock (_gate)
            {
                return _statuses.Count;
            }
        }
    }

    public void Report(TaskId id, SwarmTaskStatus status)
    {
        lock (_gate)
        {
            if (_statuses.TryGetValue(id, out var known) && known.State > status.State)
            {
                return;
            }

            _statuses[id] = status;
        }

        _pending.Set();
    }

    /// <summary>Reports over one session until it fails.</summary>
    public async Task RunAsync(string sessionId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = NextBatch();
            if (batch.Count == 0)
            {
                await _pending.WaitAsync(cancellationToken);
                continue;
            }

            try
            {
                await SendAsync(sessionId, batch, cancellationToken);
                Settle(batch);
            }
            catch (SwarmException refused) when (refused.Code is SwarmErrorCode.PermissionDenied)
            {
                await SendOneByOneAsync(sessionId, batch, cancellationToken);
            }
        }
    }

    // The managers refuse a whole call for one task that is no longer this node's.
    private async Task SendOneByOneAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> batch,
        CancellationToken cancellationToken)
    {
        foreach (var update in batch)
        {
            try
            {
                await SendAsync(sessionId, [update], cancellationToken);
            }
            catch (SwarmException refused) when (refused.Code is SwarmErrorCode.PermissionDenied)
            {
                AgentLog.StatusRefused(logger, update.TaskId, refused.Message);
            }

            Settle([update]);
        }
    }

    private async Task SendAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> batch,
        CancellationToken cancellationToken) =>
        await Loops.JoinAsync(connection.UpdateTaskStatusAsync(sessionId, batch, cancellationToken).AsTask())
            .WaitAsync(options.CallTimeout, time, cancellationToken);

    private List<TaskStatusUpdate> NextBatch()
    {
        lock (_gate)
        {
            var batch = _statuses.Take(options.MaxStatusesPerCall);
            return [.. batch.Select(entry => new TaskStatusUpdate(entry.Key, entry.Value))];
        }
    }

    private void Settle(IReadOnlyList<TaskStatusUpdate> sent)
    {
        lock (_gate)
        {
            foreach (var (id, status) in sent)
            {
                if (_statuses.TryGetValue(id, out var pending) && ReferenceEquals(pending, status))
                {
                    _statuses.Remove(id);
                }
            }
        }
    }
}
