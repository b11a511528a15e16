using System.Buffers;

namespace Swarm.Net.Userspace;

/// <summary>
/// One direction of a connection. A little is copied through the loop's buffer; of a stream that has brought much, the
/// kernel moves the pages through a pipe.
/// </summary>
internal unsafe struct RelayPump
{
    /// <summary>From here on a direction is bulk.</summary>
    private const int BulkBytes = 256 * 1024;

    private const int SpliceBytes = 1024 * 1024;

    // Then it is the turn of others.
    private const int MostRounds = 16;

    private long _moved;
    private byte[]? _rest;
    private int _restStart;
    private int _restEnd;
    private (int Out, int In) _pipe;
    private bool _hasPipe;
    private nint _inPipe;

    /// <summary>What became of an attempt to move bytes.</summary>
    public enum Outcome
    {
        /// <summary>Nothing more can be moved for now; an event will tell when.</summary>
        Wait,

        /// <summary>There may be more.</summary>
        More,

        /// <summary>The sender has finished, and all that it sent is passed on.</summary>
        Ended,

        /// <summary>One side is gone.</summary>
        Broken,
    }

    /// <summary>Nothing is read while the receiver does not take what was read before.</summary>
    public readonly bool IsBlocked => _rest is not null || _inPipe > 0;

    public bool HasEnded { readonly get; set; }

    /// <summary>Sends bytes that do not come from the other side.</summary>
    public Outcome Send(int to, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            return PassOn(to, pointer, bytes.Length) ? Outcome.Wait : Outcome.Broken;
        }
    }

    /// <summary>Moves what there is.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="mayHaveEnded">Whether a short read may not be the last one.</param>
    public Outcome Pump(EventLoop loop, int from, int to, bool mayHaveEnded)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var outcome = _moved >= BulkBytes && (_hasPipe || (_hasPipe = loop.Pipes.TryTake(out _pipe)))
                ? Splice(from, to)
                : Copy(loop, from, to, mayHaveEnded);
            if (outcome != Outcome.More)
            {
                return outcome;
            }
        }

        return Outcome.More;
    }

    /// <summary>Passes on what the receiver did not take before.</summary>
    public Outcome Flush(int to)
    {
        if (_rest is not { } rest)
        {
            return Drain(to);
        }

        fixed (byte* pointer = &rest[_restStart])
        {
            var count = _restEnd - _restStart;
            var sent = Posix.Send(to, pointer, count);
            if (sent < 0)
            {
                return Posix.LastError == Posix.WouldBlock ? Outcome.Wait : Outcome.Broken;
            }

            _restStart += (int)sent;
            if (sent < count)
            {
                return Outcome.Wait;
            }
        }

        Forget();
        return Outcome.More;
    }

    public void Release(EventLoop loop)
    {
        Forget();
        if (_hasPipe)
        {
            loop.Pipes.Return(_pipe, isEmpty: _inPipe == 0);
            _hasPipe = false;
        }
    }

    private Outcome Copy(EventLoop loop, int from, int to, bool mayHaveEnded)
    {
        var count = (int)Posix.Receive(from, loop.Buffer, loop.BufferBytes);
        if (count <= 0)
        {
            return count == 0 ? Outcome.Ended
                : Posix.LastError == Posix.WouldBlock ? Outcome.Wait
                : Outcome.Broken;
        }

        _moved += count;
        if (!PassOn(to, loop.Buffer, count))
        {
            return Outcome.Broken;
        }

        // A short read has emptied the socket: what comes later is another event.
        return IsBlocked || (count < loop.BufferBytes && !mayHaveEnded) ? Outcome.Wait : Outcome.More;
    }

    private bool PassOn(int to, byte* bytes, int count)
    {
        var sent = (int)Posix.Send(to, bytes, count);
        if (sent < 0)
        {
            if (Posix.LastError != Posix.WouldBlock)
            {
                return false;
            }

            sent = 0;
        }

        if (sent < count)
        {
            var rest = ArrayPool<byte>.Shared.Rent(count - sent);
            new ReadOnlySpan<byte>(bytes + sent, count - sent).CopyTo(rest);
            (_rest, _restStart, _restEnd) = (rest, 0, count - sent);
        }

        return true;
    }

    private Outcome Splice(int from, int to)
    {
        var count = Posix.Splice(from, null, _pipe.In, null, SpliceBytes, Posix.MoveWithoutWaiting);
        if (count <= 0)
        {
            return count == 0 ? Outcome.Ended : OutcomeOf(Posix.LastError);
        }

        _moved += count;
        _inPipe = count;
        return Drain(to);
    }

    private Outcome Drain(int to)
    {
        while (_inPipe > 0)
        {
            var count = Posix.Splice(_pipe.Out, null, to, null, _inPipe, Posix.MoveWithoutWaiting);
            if (count > 0)
            {
                _inPipe -= count;
            }
            else if (Posix.LastError != Posix.Interrupted)
            {
                return OutcomeOf(Posix.LastError);
            }
        }

        return Outcome.More;
    }

    private static Outcome OutcomeOf(int error) => error switch
    {
        Posix.WouldBlock => Outcome.Wait,
        Posix.Interrupted => Outcome.More,
        _ => Outcome.Broken,
    };

    private void Forget()
    {
        if (_rest is { } rest)
        {
            ArrayPool<byte>.Shared.Return(rest);
            _rest = null;
        }
    }
}
