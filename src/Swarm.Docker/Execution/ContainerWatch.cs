using Microsoft.Extensions.Logging;
using Swarm.Dispatch;
using Swarm.Docker.Engine;

namespace Swarm.Docker.Execution;

/// <summary>Wakes those who wait for a container when something happened to it; one stream of events for all.</summary>
/// <remarks>
/// Whoever is woken looks at the container itself: nothing depends on having seen each event, and after an interruption
/// everybody is woken.
/// </remarks>
internal sealed class ContainerWatch(IDockerEngine engine, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, List<Listener>> _listeners = new(StringComparer.Ordinal);
    private Task? _loop;

    /// <summary>Listens to what happens to a container from now on.</summary>
    internal Listener Listen(string containerId)
    {
        var listener = new Listener(this, containerId, time);
        lock (_gate)
        {
            if (!_listeners.TryGetValue(containerId, out var others))
            {
                _listeners[containerId] = others = [];
            }

            others.Add(listener);
            _loop ??= RunAsync();
        }

        return listener;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var token = _stop.Token;
        await Task.Yield();
        while (!token.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(token);
                WakeAll();
                await Task.Delay(RetryDelay, time, token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var news in engine.WatchContainersAsync(
                ContainerPlanner.TaskLabel, WakeAll, cancellationToken))
            {
                Wake(news);
            }
        }
        catch (Exception exception) when (exception is IOException or EngineException or InvalidDataException)
        {
            DockerLog.EventsInterrupted(logger, exception.Message);
        }
    }

    private void Wake(EngineEventDocument news)
    {
        var exitCode = news.Action == "die"
            && news.Actor?.Attributes?.GetValueOrDefault("exitCode") is { } text
            && int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var code)
                ? code
                : (int?)null;
        lock (_gate)
        {
            foreach (var listener in _listeners.GetValueOrDefault(news.Actor?.Id ?? "", []))
            {
                listener.Wake(exitCode);
            }
        }
    }

    private void WakeAll()
    {
        lock (_gate)
        {
            foreach (var listener in _listeners.Values.SelectMany(listeners => listeners))
            {
                listener.Wake(exitCode: null);
            }
        }
    }

    private void Remove(Listener listener)
    {
        lock (_gate)
        {
            if (_listeners.TryGetValue(listener.ContainerId, out var others)
                && others.Remove(listener)
                && others.Count == 0)
            {
                _listeners.Remove(listener.ContainerId);
            }
        }
    }

    /// <summary>One who waits for one container.</summary>
    internal sealed class Listener(ContainerWatch watch, string containerId, TimeProvider time) : IDisposable
    {
        /// <summary>Looking again now and then costs little, and nothing can be missed for good.</summary>
        private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

        private readonly Pulse _pulse = new();

        internal string ContainerId => containerId;

        /// <summary>How it ended, where that was seen; the container itself may be gone by then.</summary>
        internal int? ExitCode { get; private set; }

        /// <summary>Waits until something happened since the last wait.</summary>
        internal Task WaitAsync(CancellationToken cancellationToken) =>
            _pulse.WaitAsync(LookAgain, time, cancellationToken);

        /// <summary>Waits until its end is told, but no longer than that.</summary>
        internal async Task WaitForEndAsync(TimeSpan limit, CancellationToken cancellationToken)
        {
            using var timer = new CancellationTokenSource(limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            try
            {
                while (ExitCode is null)
                {
                    await WaitAsync(either.Token);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // As wanted.
            }
        }

        internal void Wake(int? exitCode)
        {
            ExitCode = exitCode ?? ExitCode;
            _pulse.Set();
        }

        public void Dispose() => watch.Remove(this);
    }
}
