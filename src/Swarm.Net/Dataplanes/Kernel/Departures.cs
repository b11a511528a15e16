namespace Swarm.Net.Kernel;

/// <summary>Back ends whose connections end at a certain time, because they drain or have gone.</summary>
internal sealed class Departures
{
    private readonly Dictionary<(Frontend Frontend, Backend Place), TimeSpan> _ends = [];

    /// <summary>When the next one is due; null when none is.</summary>
    public TimeSpan? Next => _ends.Count == 0 ? null : _ends.Values.Min();

    /// <summary>Takes note of what became of a virtual server's back ends.</summary>
    /// <param name="before">The server before; null when it is new.</param>
    /// <param name="after">The server now; null when it is no more.</param>
    /// <param name="now">The time.</param>
    public void Observe(VirtualServer? before, VirtualServer? after, TimeSpan now)
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
                _ends.TryAdd(key, now + PatienceOf(after));
            }
        }

        foreach (var backend in before?.Backends ?? [])
        {
            if (after?.Backends.Any(backend.IsSamePlace) != true)
            {
                _ends.TryAdd((before!.Frontend, Place(backend)), now + PatienceOf(after ?? before));
            }
        }
    }

    /// <summary>Takes those whose time is over.</summary>
    public (Frontend Frontend, Backend Backend)[] TakeDue(TimeSpan now)
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
