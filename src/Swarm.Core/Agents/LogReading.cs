using System.Threading.Channels;
using Swarm.Dispatch;

namespace Swarm.Agents;

/// <summary>One log subscription on this node: the outputs of its tasks, merged into bounded bundles.</summary>
internal sealed class LogReading
{
    private readonly LogSubscriptionMessage _subscription;
    private readonly AgentContext _context;
    private readonly Channel<TaskLogLine> _lines;
    private readonly StopSignal _closed = new();
    private readonly Lock _gate = new();
    private readonly HashSet<TaskId> _tasks = [];
    private int _open = 1;

    public LogReading(LogSubscriptionMessage subscription, AgentContext context)
    {
        _subscription = subscription;
        _context = context;
        _lines = Channel.CreateBounded<TaskLogLine>(context.Options.MaxBufferedLogLines);
    }

    public string Id => _subscription.Id;

    public bool Follows => _subscription.Options.Follow;

    public CancellationToken Closed => _closed.Token;

    public void Close() => _closed.Set();

    public void AddIfWanted(TaskRunner runner)
    {
        var task = runner.Current;
        lock (_gate)
        {
            if (!_subscription.Selector.Matches(task) || _open == 0 || !_tasks.Add(task.Id))
            {
                return;
            }

            _open++;
        }

        _ = ReadAsync(runner, task);
    }

    /// <summary>No further tasks come, unless the subscription follows: then it only ends by being closed.</summary>
    public void EndAdditions()
    {
        if (!Follows)
        {
            EndOne();
        }
    }

    /// <summary>The next lines; null after the last.</summary>
    public async Task<IReadOnlyList<TaskLogLine>?> NextAsync()
    {
        if (!await _lines.Reader.WaitToReadAsync(Closed))
        {
            return null;
        }

        var bundle = new List<TaskLogLine>();
        var bytes = 0;
        while (bytes < _context.Options.MaxLogBytesPerCall && _lines.Reader.TryRead(out var line))
        {
            bundle.Add(line);
            bytes += line.Line.Data.Length;
        }

        return bundle;
    }

    private async Task ReadAsync(TaskRunner runner, SwarmTask task)
    {
        await Task.Yield();
        try
        {
            // Who does not follow does not wait for a task that has yet to start.
            if (!Follows && task.Status.State < TaskState.Starting)
            {
                return;
            }

            await Loops.JoinAsync(runner.HasOutput).WaitAsync(Closed);
            if (runner.LogSource is { } source)
            {
                await foreach (var line in source.ReadLogsAsync(_subscription.Options, Closed))
                {
                    await _lines.Writer.WriteAsync(
                        new TaskLogLine(task.ServiceId, task.Id, task.NodeId, line),
                        Closed);
                }
            }
        }
        catch (Exception exception)
        {
            if (!Closed.IsCancellationRequested)
            {
                AgentLog.LogReadFailed(_context.Logger, task.Id, exception);
            }
        }
        finally
        {
            EndOne();
        }
    }

    private void EndOne()
    {
        lock (_gate)
        {
            if (--_open > 0)
            {
                return;
            }
        }

        _lines.Writer.TryComplete();
    }
}
