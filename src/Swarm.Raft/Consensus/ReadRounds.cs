using System.Buffers.Binary;

namespace Swarm.Raft.Consensus;

/// <summary>
/// Linearizable reads of one leadership. Every round of heartbeats has a number that its answers return; a read is
/// confirmed by a round that began after it was asked. Names of requests play no part, so neither a repeated request
/// nor a late answer can confirm anything it should not.
/// </summary>
internal sealed class ReadRounds(int maxPending)
{
    private readonly GrowList<Pending> _pending = new();
    private readonly GrowList<Pending> _postponed = new();
    private readonly GrowList<(ulong Round, long Tick)> _starts = new();
    private byte[] _context = [];
    private long _leaseStart = -1;
    private bool _leaseEnded;

    /// <summary>The newest round that began.</summary>
    public ulong Newest { get; private set; }

    public bool IsFull => _pending.Count + _postponed.Count >= maxPending;

    public void Reset()
    {
        _pending.Clear();
        _postponed.Clear();
        _starts.Clear();
        (Newest, _leaseStart, _leaseEnded) = (0, -1, false);
    }

    /// <summary>Takes a request, to be confirmed by the next round.</summary>
    public void Add(ulong from, ReadOnlyMemory<byte> context, ulong index) =>
        _pending.Add(new Pending(from, context, index, Newest + 1));

    /// <summary>Takes a request of a term in which nothing is committed yet.</summary>
    public void Postpone(ulong from, ReadOnlyMemory<byte> context) => _postponed.Add(new Pending(from, context, 0, 0));

    /// <summary>An entry of the term is committed.</summary>
    public void ReleasePostponed(ulong commit, ref bool roundWanted)
    {
        for (var i = 0; i < _postponed.Count; i++)
        {
            Add(_postponed[i].From, _postponed[i].Context, commit);
            roundWanted = true;
        }

        _postponed.Clear();
    }

    /// <summary>Begins a round.</summary>
    /// <returns>What its heartbeats carry: the number, little endian, as etcd 3.7 does.</returns>
    public ReadOnlyMemory<byte> Begin(long tick)
    {
        Newest++;
        _starts.Add((Newest, tick));
        _context = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(_context, Newest);
        return _context;
    }

    /// <summary>
    /// What other heartbeats carry: the newest round again while reads wait for it, for its messages may be lost.
    /// </summary>
    public ReadOnlyMemory<byte> Repeat() => _pending.Count > 0 && Newest > 0 ? _context : default(ReadOnlyMemory<byte>);

    public bool TryReadRound(ReadOnlySpan<byte> context, out ulong round)
    {
        round = context.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(context) : 0;
        return round > 0 && round <= Newest;
    }

    /// <summary>Takes out what a confirmed round confirms.</summary>
    /// <param name="round">The newest round that a majority answered.</param>
    /// <param name="confirmed">Takes the requests, in order.</param>
    public void Confirm(ulong round, GrowList<Pending> confirmed)
    {
        var count = 0;
        for (; count < _pending.Count && _pending[count].Round <= round; count++)
        {
            confirmed.Add(_pending[count]);
        }

        _pending.RemoveFirst(count);
        for (count = 0; count < _starts.Count && _starts[count].Round <= round; count++)
        {
            _leaseStart = Math.Max(_leaseStart, _starts[count].Tick);
        }

        _starts.RemoveFirst(count);
    }

    /// <summary>Whether a majority answered a round that began less than this many ticks ago.</summary>
    public bool HoldsLease(long tick, int length) => !_leaseEnded && _leaseStart >= 0 && tick - _leaseStart < length;

    /// <summary>
    /// No more leases in this leadership: an order to campaign, however late it arrives, lets the others elect its
    /// receiver.
    /// </summary>
    public void EndLease() => _leaseEnded = true;

    /// <summary>A request that waits.</summary>
    /// <param name="From">Who asked; this member itself or a follower.</param>
    /// <param name="Context">Its name.</param>
    /// <param name="Index">The commit index when it was asked.</param>
    /// <param name="Round">The round that confirms it.</param>
    internal readonly record struct Pending(ulong From, ReadOnlyMemory<byte> Context, ulong Index, ulong Round);
}
