namespace Swarm.Raft.Transport;

/// <summary>A frame that came; its body is valid until the next one is read.</summary>
internal readonly record struct Frame(FrameType Type, ReadOnlyMemory<byte> Body);

/// <summary>Takes frames out of a stream. Room is made for bytes that came, not for those that were announced.</summary>
internal sealed class FrameReader(Stream stream)
{
    // What SslStream gives at once.
    private const int Smallest = 16 * 1024;

    private byte[] _buffer = new byte[Smallest];
    private int _start;
    private int _end;

    /// <summary>The most bytes that the body of a frame may have.</summary>
    public int MaxLength { get; set; } = 4096;

    /// <summary>Waits for a frame; null at the end of the stream.</summary>
    /// <exception cref="RaftTransportException">What came is no frame, or the stream ends within one.</exception>
    public async ValueTask<Frame?> ReadAsync()
    {
        while (true)
        {
            if (TryRead(out var frame))
            {
                return frame;
            }

            MakeRoom();
            var count = await stream.ReadAsync(_buffer.AsMemory(_end));
            if (count == 0)
            {
                return _start == _end ? null : throw new RaftTransportException("the connection ended within a frame");
            }

            _end += count;
        }
    }

    /// <summary>Takes a frame that has come already.</summary>
    /// <exception cref="RaftTransportException">What came is no frame.</exception>
    public bool TryRead(out Frame frame)
    {
        frame = default;
        if (_end - _start < FrameHeader.Size)
        {
            return false;
        }

        var header = FrameHeader.Read(_buffer.AsSpan(_start), MaxLength);
        if (_end - _start - FrameHeader.Size < header.Length)
        {
            return false;
        }

        frame = new Frame(header.Type, _buffer.AsMemory(_start + FrameHeader.Size, header.Length));
        _start += FrameHeader.Size + header.Length;
        return true;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            var most = Math.Max(_buffer.Length + 1, MaxLength + FrameHeader.Size);
            Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, most));
        }
    }
}
