using System.Buffers;
using System.Buffers.Binary;

namespace Swarm.Raft.Transport;

/// <summary>Frames one after the other, in an array of the pool that grows.</summary>
internal sealed class FrameBuffer : IDisposable
{
    private const int Smallest = 4 * 1024;

    // A burst must not keep its room.
    private const int RoomKept = 1024 * 1024;

    private byte[] _bytes = [];
    private int _frame;

    /// <summary>Bytes of all frames.</summary>
    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Count);

    /// <summary>Begins a frame; its header is filled in by <see cref="End"/>.</summary>
    public void Begin()
    {
        _frame = Count;
        Reserve(FrameHeader.Size).Clear();
        Count += FrameHeader.Size;
    }

    /// <summary>Ends the frame that was begun, and returns the length of its body.</summary>
    public int End(FrameType type)
    {
        var length = Count - _frame - FrameHeader.Size;
        new FrameHeader(length, type).Write(_bytes.AsSpan(_frame));
        return length;
    }

    /// <summary>Takes back the frame that was begun.</summary>
    public void Revert() => Count = _frame;

    /// <summary>Room for so many bytes; they count once they are added to the count.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Count < count)
        {
            Grow(count);
        }

        return _bytes.AsSpan(Count, count);
    }

    public void WriteTag(int number, int wireType) => WriteVarint((ulong)((number << 3) | wireType));

    public void WriteVarint(ulong value)
    {
        var room = Reserve(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            room[count++] = (byte)(value | 0x80);
        }

        room[count++] = (byte)value;
        Count += count;
    }

    /// <summary>A protobuf field with a number, left out when it is 0 as its reader's default is.</summary>
    public void WriteField(int number, ulong value)
    {
        if (value != 0)
        {
            WriteTag(number, 0);
            WriteVarint(value);
        }
    }

    /// <summary>A protobuf field with bytes, left out when there are none.</summary>
    public void WriteField(int number, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            WriteTag(number, 2);
            WriteVarint((ulong)value.Length);
            Write(value);
        }
    }

    public void Write(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Count += value.Length;
    }

    /// <summary>Forgets all frames.</summary>
    public void Reset()
    {
        Count = 0;
        if (_bytes.Length > RoomKept)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        var bytes = _bytes;
        (_bytes, Count) = ([], 0);
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Grow(int count)
    {
        var bigger = ArrayPool<byte>.Shared.Rent(Math.Max(Smallest, Math.Max(_bytes.Length * 2, Count + count)));
        Written.Span.CopyTo(bigger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = bigger;
    }
}

/// <summary>What a frame is. Numbers are on the wire.</summary>
internal enum FrameType
{
    /// <summary>The first of whoever opened the connection: who is there, and what for.</summary>
    Hello = 1,

    /// <summary>The answer: go on.</summary>
    Welcome = 2,

    /// <summary>Why the connection ends, as text.</summary>
    Refuse = 3,

    /// <summary>A message of the consensus.</summary>
    Message = 4,

    /// <summary>The message that a snapshot belongs to.</summary>
    SnapshotBegin = 5,

    /// <summary>Bytes of the snapshot.</summary>
    SnapshotChunk = 6,

    /// <summary>All was sent: how many bytes, and their checksum.</summary>
    SnapshotEnd = 7,

    /// <summary>The snapshot is safe.</summary>
    SnapshotTaken = 8,
}

/// <summary>What stands before each frame: 4 bytes length of the body, 1 byte type, 3 zeros; little endian.</summary>
internal readonly record struct FrameHeader(int Length, FrameType Type)
{
    public const int Size = 8;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes, int maxLength)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length > (uint)maxLength)
        {
            throw new RaftTransportException($"a frame of {length} bytes came where {maxLength} are the most");
        }

        return (bytes[5] | bytes[6] | bytes[7]) == 0
            ? new FrameHeader((int)length, (FrameType)bytes[4])
            : throw new RaftTransportException("the header of a frame is not one of this protocol");
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)Length);
        destination[4] = (byte)Type;
    }
}

/// <summary>The other side says what it must not say, or refuses this one.</summary>
/// <param name="message">What, and where it is known what to do about it.</param>
internal sealed class RaftTransportException(string message) : Exception(message);
