using System.Diagnostics.Metrics;
using Swarm.Control;
using Swarm.Storage;

namespace Swarm.Dashboard;

/// <summary>The figures of the last ten minutes, one sample every two seconds.</summary>
internal sealed class Sampler : IDisposable
{
    /// <summary>Samples kept: ten minutes of them.</summary>
    public const int Capacity = 300;

    /// <summary>Passes kept between two samples; of more the first ones count.</summary>
    private const int MaxPasses = 4096;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly ISwarmWindow _window;
    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly Queue<SampleDocument> _samples = new();
    private readonly List<double> _passes = [];

    /// <summary>Listens to the meters of this host only, where the host has a factory for them.</summary>
    public Sampler(ISwarmWindow window, TimeProvider time, IMeterFactory? meters)
    {
        (_window, _time) = (window, time);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Name: "swarm.scheduler.pass.duration", Meter.Name: "Swarm.Core" }
                && (meters is null || instrument.Meter.Scope == meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => Remember(seconds));
        _listener.Start();
    }

    public SampleDocument[] All
    {
        get
        {
            lock (_gate)
            {
                return [.. _samples];
            }
        }
    }

    public SampleDocument? Last
    {
        get
        {
            lock (_gate)
            {
                return _samples.LastOrDefault();
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (store, version) = (_window.Store, _window.Store?.Current.Version.Index ?? 0);
        try
        {
            while (true)
            {
                await Task.Delay(Interval, _time, cancellationToken);
                if (_window.Store is { } current)
                {
                    var now = current.Current.Version.Index;
                    Take(current.Current, current == store && now >= version ? now - version : null);
                    (store, version) = (current, now);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Remember(double seconds)
    {
        lock (_gate)
        {
            if (_passes.Count < MaxPasses)
            {
                _passes.Add(seconds);
            }
        }
    }

    private void Take(ClusterView view, ulong? commits)
    {
        lock (_gate)
        {
            _passes.Sort();
            _samples.Enqueue(new SampleDocument(
                _time.GetUtcNow().ToUnixTimeMilliseconds(),
                view.Tasks.CountInState(TaskState.Running),
                view.Tasks.CountInState(TaskState.New) + view.Tasks.CountInState(TaskState.Pending),
                view.Tasks.CountInState(TaskState.Failed) + view.Tasks.CountInState(TaskState.Rejected),
                Quantile(0.5),
                Quantile(0.99),
                commits is { } count ? Math.Round(count / Interval.TotalSeconds, 1) : null,
                _window.Quorum.Backlog));
            _passes.Clear();
            while (_samples.Count > Capacity)
            {
                _samples.Dequeue();
            }
        }
    }

    // In milliseconds; null without a pass.
    private double? Quantile(double share) => _passes.Count == 0
        ? null
        : Math.Round(_passes[(int)Math.Ceiling((share * _passes.Count) - 1)] * 1000, 3);
}
