using System.Text;
using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Core.Tests.Dispatch;

/// <summary>A client that reads logs.</summary>
internal sealed class LogReader
{
    private readonly DispatcherFixture _fixture;
    private readonly StopSignal _stop = new();

    public LogReader(DispatcherFixture fixture, LogSelector selector, LogOptions options, bool paused = false)
    {
        Paused = paused;
        _fixture = fixture;
        _ = fixture.Simulation.StartAsync(() => ReadAsync(selector, options));
        fixture.Simulation.Settle();
    }

    public List<string> Lines { get; } = [];

    public SwarmException? Error { get; private set; }

    public bool Ended { get; private set; }

    public bool Paused { get; set; }

    public void Stop()
    {
        _stop.Set();
        _fixture.Simulation.Settle();
    }

    private async Task ReadAsync(LogSelector selector, LogOptions options)
    {
        try
        {
            await foreach (var line in _fixture.Dispatcher.Logs.SubscribeAsync(selector, options, _stop.Token))
            {
                while (Paused)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), _fixture.Simulation.Time);
                }

                Lines.Add(Encoding.UTF8.GetString(line.Line.Data.Span));
            }
        }
        catch (SwarmException exception)
        {
            Error = exception;
        }
        catch (OperationCanceledException) when (_stop.IsSet)
        {
            // The client has gone.
        }

        Ended = true;
    }
}
