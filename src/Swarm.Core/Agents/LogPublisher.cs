using Swarm.Dispatch;

namespace Swarm.Agents;

/// <summary>Reads the output of this node's tasks for the managers' log subscriptions.</summary>
internal sealed class LogPublisher(IDispatcherConnection connection, Worker worker, AgentContext context)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LogReading> _readings = new(StringComparer.Ordinal);

    /// <summary>Opens or closes a subscription.</summary>
    public void Handle(LogSubscriptionMessage message)
    {
        if (message.Close)
        {
            Take(message.Id)?.Close();
            return;
        }

        var reading = new LogReading(message, context);
        lock (_gate)
        {
            if (_readings.ContainsKey(message.Id))
            {
                return;
            }

            if (_readings.Count >= context.Options.MaxLogSubscriptions)
            {
                AgentLog.TooManyLogSubscriptions(context.Logger, message.Id);
                return;
            }

            _readings.Add(message.Id, reading);
        }

        foreach (var runner in worker.Runners)
        {
            reading.AddIfWanted(runner);
        }

        reading.EndAdditions();
        _ = ServeAsync(reading);
    }

    /// <summary>A task has come to this node: those who follow its service want to read it, too.</summary>
    public void Add(TaskRunner runner)
    {
        LogReading[] followers;
        lock (_gate)
        {
            followers = [.. _readings.Values.Where(reading => reading.Follows)];
        }

        foreach (var reading in followers)
        {
            reading.AddIfWanted(runner);
        }
    }

    /// <summary>The session has ended, and with it every subscription.</summary>
    public void CloseAll()
    {
        LogReading[] readings;
        lock (_gate)
        {
            readings = [.. _readings.Values];
            _readings.Clear();
        }

        foreach (var reading in readings)
        {
            reading.Close();
        }
    }

    private LogReading? Take(string id)
    {
        lock (_gate)
        {
            return _readings.Remove(id, out var reading) ? reading : null;
        }
    }

    private async Task ServeAsync(LogReading reading)
    {
        try
        {
            while (await reading.NextAsync() is { } lines)
            {
                await PublishAsync(reading, lines, close: false);
            }

            await PublishAsync(reading, [], close: true);
        }
        catch (Exception exception)
        {
            AgentLog.LogSubscriptionEnded(context.Logger, reading.Id, exception.Message);
        }
        finally
        {
            Take(reading.Id);
            reading.Close();
        }
    }

    // A reader that does not follow waits for the end of every node's part, so a moment's fault must not swallow it.
    private async Task PublishAsync(LogReading reading, IReadOnlyList<TaskLogLine> lines, bool close)
    {
        while (true)
        {
            try
            {
                await connection.PublishLogsAsync(reading.Id, lines, close, reading.Closed);
                return;
            }
            catch (SwarmException exception) when (exception.Code is SwarmErrorCode.Unavailable)
            {
                await Task.Delay(context.Options.RetryDelay, context.Time, reading.Closed);
            }
        }
    }
}
