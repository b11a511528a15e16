using System.Threading.Channels;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Transport;

/// <summary>
/// What waits to be sent to one member, encoded already. Appends are one lane, everything else, which is small and
/// urgent, the other: heartbeats and votes do not wait behind megabytes of entries. One reader.
/// </summary>
internal sealed class SendQueue(int maxBytes, int maxFrameBytes) : IDisposable
{
    private const int MaxUrgentBytes = 1024 * 1024;

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _gate = new();
    private readonly Lane _urgent = new(Math.Min(maxBytes, MaxUrgentBytes));
    private readonly Lane _bulk = new(maxBytes);
    private bool _isClosed;

    /// <summary>Encodes a message and queues it; never waits.</summary>
    /// <returns>False when it was dropped: there is no room, or no connection in sight.</returns>
    /// <exception cref="RaftTransportException">The message is larger than any frame.</exception>
    public bool TryAdd(in Message message)
    {
        lock (_gate)
        {
            var lane = message.Type == MessageType.App ? _bulk : _urgent;
            if (_isClosed || !lane.TryAdd(in message, maxFrameBytes))
            {
                return false;
            }
        }

        Signal();
        return true;
    }

    /// <summary>Takes frames that are to be written at once: all that wait, up to a limit, one at least.</summary>
    /// <returns>False when nothing waits. The frames are valid until the next call.</returns>
    public bool TryTake(int limit, out ReadOnlyMemory<byte> frames)
    {
        lock (_gate)
        {
            return _urgent.TryTake(limit, out frames) || _bulk.TryTake(limit, out frames);
        }
    }

    /// <summary>Waits until something is queued, or <see cref="Signal"/> is called.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await _signal.Reader.WaitToReadAsync(cancellationToken);
        _signal.Reader.TryRead(out _);
    }

    /// <summary>Wakes the reader.</summary>
    public void Signal() => _signal.Writer.TryWrite(true);

    /// <summary>Drops everything, and what comes until it is opened again.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _urgent.Reset();
            _bulk.Reset();
        }
    }

    public void Open()
    {
        lock (_gate)
        {
            _isClosed = false;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _urgent.Dispose();
            _bulk.Dispose();
        }

        _signal.Writer.TryComplete();
    }

    /// <summary>Two buffers: one is filled while the other is written out.</summary>
    private sealed class Lane(int maxBytes) : IDisposable
    {
        private FrameBuffer _filling = new();
        private FrameBuffer _draining = new();
        private int _drained;

        public bool TryAdd(in Message message, int maxFrameBytes)
        {
            _filling.Begin();
            MessageCodec.Write(_filling, in message);
            var length = _filling.End(FrameType.Message);
            if (length > maxFrameBytes)
            {
                _filling.Revert();
                throw new RaftTransportException(
                    $"a message of {length} bytes does not fit into a frame of {maxFrameBytes}");
            }

            if (_filling.Count + _draining.Count - _drained > maxBytes)
            {
                _filling.Revert();
                return false;
            }

            return true;
        }

        public bool TryTake(int limit, out ReadOnlyMemory<byte> frames)
        {
            if (_drained == _draining.Count)
            {
                _draining.Reset();
                (_draining, _filling, _drained) = (_filling, _draining, 0);
            }

            var rest = _draining.Written[_drained..];
            frames = rest[..WholeFrames(rest.Span, limit)];
            _drained += frames.Length;
            return !frames.IsEmpty;
        }

        public void Reset()
        {
            _filling.Reset();
            _draining.Reset();
            _drained = 0;
        }

        public void Dispose()
        {
            _filling.Dispose();
            _draining.Dispose();
            _drained = 0;
        }

        private static int WholeFrames(ReadOnlySpan<byte> frames, int limit)
        {
            if (frames.Length <= limit)
            {
                return frames.Length;
            }

            var count = 0;
            while (count < frames.Length)
            {
                var next = count + FrameHeader.Size + FrameHeader.Read(frames[count..], int.MaxValue).Length;
                if (next > limit && count > 0)
                {
                    break;
                }

                count = next;
            }

            return count;
        }
    }
}
