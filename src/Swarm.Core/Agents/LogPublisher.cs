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
            if (_readings.Count >= context.Options.MaxLogSubscriptions || !_readings.TryAdd(message.Id, reading))
            {
                AgentLog.TooManyLogSubscriptions(context.Logger, message.Id);
                return;
            }
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
                await connection.PublishLogsAsync(reading.Id, lines, close: false, reading.Closed);
            }

            await connection.PublishLogsAsync(reading.Id, [], close: true, reading.Closed);
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
}
