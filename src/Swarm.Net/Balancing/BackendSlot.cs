using System.Net;

namespace Swarm.Net.Balancing;

/// <summary>
/// A back end with what is counted of it. It lives as long as the back end does, through any number of tables.
/// </summary>
internal sealed class BackendSlot(Backend backend)
{
    private long _active;
    private long _total;
    private long _failures;
    private int _failuresInRow;

    /// <summary>As it was last given.</summary>
    public Backend Backend { get; private set; } = backend;

    public IPEndPoint EndPoint { get; } = new(backend.Address, backend.Port);

    /// <summary>The end point as the system wants it.</summary>
    public SocketAddress Address { get; } = new IPEndPoint(backend.Address, backend.Port).Serialize();

    /// <summary>Its hash, by address and port alone.</summary>
    public ulong Key { get; } = FlowKey.Of(backend.Address, backend.Port).FlowHash;

    public int Weight { get; private set; } = backend.Weight;

    /// <summary>False once it drains or has gone.</summary>
    public bool IsActive { get; private set; } = backend.State == BackendState.Active;

    /// <summary>When its connections are cut, in the plane's time; <see cref="long.MaxValue"/> while it is active.</summary>
    public long DrainDeadline { get; private set; } = long.MaxValue;

    /// <summary>Not chosen before this time if there are others, as it could not be reached.</summary>
    public long AvoidUntil { get; private set; }

    public long ActiveConnections => Volatile.Read(ref _active);

    public long TotalConnections => Volatile.Read(ref _total);

    public long ConnectFailures => Volatile.Read(ref _failures);

    public void Enter()
    {
        Interlocked.Increment(ref _active);
        Interlocked.Increment(ref _total);
    }

    public void Leave() => Interlocked.Decrement(ref _active);

    /// <summary>Takes over what a new state says of it.</summary>
    public void Update(Backend changed, long drainDeadline)
    {
        (Backend, Weight) = (changed, changed.Weight);
        if (changed.State == BackendState.Active)
        {
            (IsActive, DrainDeadline) = (true, long.MaxValue);
        }
        else
        {
            Drain(drainDeadline);
        }
    }

    /// <summary>It gets nothing new, and what it has may go on until the deadline. The first deadline counts.</summary>
    public void Drain(long deadline)
    {
        IsActive = false;
        DrainDeadline = Math.Min(DrainDeadline, deadline);
    }

    public void Succeeded() => _failuresInRow = 0;

    /// <summary>Three failures to connect in a row set it aside for a while, longer with each further one.</summary>
    public void Failed(long now, long second)
    {
        const int tolerated = 3;
        const int shortest = 10;
        const int longest = 60;
        Interlocked.Increment(ref _failures);
        var row = Interlocked.Increment(ref _failuresInRow);
        if (row >= tolerated)
        {
            AvoidUntil = now + (Math.Min(shortest << Math.Min(row - tolerated, 3), longest) * second);
        }
    }
}
