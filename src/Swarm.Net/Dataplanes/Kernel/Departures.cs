namespace Swarm.Net.Kernel;

/// <summary>
/// Back ends whose connections end at a certain time, because they drain or have gone; sees to it that they are cut
/// then. For the plane's turn, apart from the clock, which takes its own.
/// </summary>
internal sealed class Departures : IAsyncDisposable
{
    private readonly Dictionary<(Frontend Frontend, Backend Place), TimeSpan> _ends = [];
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn;
    private readonly Func<(Frontend Frontend, Backend Backend)[], Task> _cut;
    private readonly ITimer _timer;
    private readonly long _start;
    private bool _isDisposed;

    /// <param name="time">The clock.</param>
    /// <param name="turn">The plane's turn.</param>
    /// <param name="cut">Cuts what is due, which may be nothing.</param>
    public Departures(
        TimeProvider time,
        SemaphoreSlim turn,
        Func<(Frontend Frontend, Backend Backend)[], Task> cut)
    {
        (_time, _turn, _cut) = (time, turn, cut);
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(
            _ => _ = WakeAsync(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Takes note of what became of a virtual server's back ends.</summary>
    /// <param name="before">The server before; null when it is new.</param>
    /// <param name="after">The server now; null when it is no more.</param>
    public void Observe(VirtualServer? before, VirtualServer? after)
    {
        foreach (var backend in after?.Backends ?? [])
        {
            var key = (after!.Frontend, Place(backend));
            if (backend.State == BackendState.Active)
            {
                _ends.Remove(key);
            }
            else
            {
                _ends.TryAdd(key, Now + PatienceOf(after));
            }
        }

        foreach (var backend in before?.Backends ?? [])
        {
            if (after?.Backends.Any(backend.IsSamePlace) != true)
            {
                _ends.TryAdd((before!.Frontend, Place(backend)), Now + PatienceOf(after ?? before));
            }
        }
    }

    /// <summary>Has those cut whose time is over, and sets the clock for the next.</summary>
    public async Task CutDueAsync()
    {
        await _cut(TakeDue(Now));
        if (_ends.Count > 0)
        {
            var left = _ends.Values.Min() - Now;
            _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return _timer.DisposeAsync();
    }

    private async Task WakeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (!_isDisposed)
            {
                await CutDueAsync();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private (Frontend Frontend, Backend Backend)[] TakeDue(TimeSpan now)
    {
        var due = _ends.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToArray();
        foreach (var key in due)
        {
            _ends.Remove(key);
        }

        return due;
    }

    // Packets of a UDP client have no end that one could wait for.
    private static TimeSpan PatienceOf(VirtualServer server) =>
        server.Frontend.Transport == Transport.Udp ? TimeSpan.Zero : server.DrainTimeout;

    private static Backend Place(Backend backend) => new(backend.Address, backend.Port);
}
