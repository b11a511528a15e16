namespace Swarm.Net.Userspace;

/// <summary>The event loops of a plane.</summary>
internal sealed class EventLoops
{
    // Loops that differ by less are left alone: to wake another thread costs more than it brings.
    private const int ToleratedDifference = 4;

    private readonly EventLoop[] _loops;

    /// <exception cref="IOException">The system has no descriptors left.</exception>
    public EventLoops(RelayContext context)
    {
        var loops = new List<EventLoop>();
        try
        {
            for (var i = 0; i < context.Options.EventLoops; i++)
            {
                loops.Add(new EventLoop(context));
            }
        }
        catch
        {
            loops.ForEach(loop => _ = loop.DisposeAsync().AsTask());
            throw;
        }

        _loops = [.. loops];
    }

    public IReadOnlyList<EventLoop> All => _loops;

    /// <summary>Has those that carry something look what has had its time.</summary>
    public void Sweep()
    {
        foreach (var loop in _loops)
        {
            if (loop.Load > 0)
            {
                loop.Post(EventLoop.SweepWork.Instance);
            }
        }
    }

    /// <summary>Where a connection goes that a loop has accepted: there, unless others have less to do.</summary>
    public EventLoop Place(EventLoop accepting)
    {
        var (best, least) = (accepting, accepting.Load - ToleratedDifference);
        foreach (var loop in _loops)
        {
            var load = loop.Load;
            (best, least) = load < least ? (loop, load) : (best, least);
        }

        return best;
    }

    /// <summary>Ends all of them, once no front end is open.</summary>
    public async Task StopAsync()
    {
        // What one has accepted it may have handed to another, which must not have ended before.
        await Task.WhenAll(_loops.Select(loop => loop.CatchUpAsync()));
        await Task.WhenAll(_loops.Select(loop => loop.DisposeAsync().AsTask()));
    }
}
