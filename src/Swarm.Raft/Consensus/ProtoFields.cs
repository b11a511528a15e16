using System.Buffers;

namespace Swarm.Raft.Consensus;

/// <summary>
/// Walks over the fields of a protobuf message: of membership changes, which are all that the core reads of its
/// entries, and of messages.
/// </summary>
internal ref struct ProtoFields(ReadOnlyMemory<byte> data)
{
    private readonly ReadOnlySpan<byte> _span = data.Span;
    private int _at;
    private ulong _varint;
    private ReadOnlyMemory<byte> _bytes;
    private WireType _wire;

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    public int Number { get; private set; }

    public readonly ulong Varint => _wire == WireType.Varint ? _varint : throw Unexpected();

    public readonly ReadOnlyMemory<byte> Bytes => _wire == WireType.Bytes ? _bytes : throw Unexpected();

    public static void WriteVarint(IBufferWriter<byte> writer, int number, ulong value)
    {
        Write(writer, (ulong)number << 3);
        Write(writer, value);
    }

    public static void WriteBytes(IBufferWriter<byte> writer, int number, ReadOnlySpan<byte> value)
    {
        Write(writer, ((ulong)number << 3) | (ulong)WireType.Bytes);
        Write(writer, (ulong)value.Length);
        writer.Write(value);
    }

    public bool MoveNext()
    {
        if (_at == _span.Length)
        {
            return false;
        }

        var tag = Read();
        Number = tag >> 3 is > 0 and < 1 << 29 ? (int)(tag >> 3) : throw Malformed("a field without a number");
        _wire = (WireType)(tag & 7);
        switch (_wire)
        {
            case WireType.Varint:
                _varint = Read();
                break;
            case WireType.Bytes:
                var length = Read();
                _bytes = Skip(length);
                break;
            case WireType.Fixed64:
                Skip(8);
                break;
            case WireType.Fixed32:
                Skip(4);
                break;
            default:
                throw Malformed($"a field of wire type {(int)_wire}");
        }

        return true;
    }

    private static void Write(IBufferWriter<byte> writer, ulong value)
    {
        var span = writer.GetSpan(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[count++] = (byte)(value | 0x80);
        }

        span[count++] = (byte)value;
        writer.Advance(count);
    }

    private static RaftProtocolException Malformed(string what) => new($"encoded bytes have {what}");

    private readonly RaftProtocolException Unexpected() => Malformed($"a field {Number} of the wrong type");

    private ReadOnlyMemory<byte> Skip(ulong length)
    {
        if (length > (ulong)(_span.Length - _at))
        {
            throw Malformed("a field that ends behind its data");
        }

        var bytes = data.Slice(_at, (int)length);
        _at += (int)length;
        return bytes;
    }

    private ulong Read()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70 && _at < _span.Length; shift += 7)
        {
            var next = _span[_at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed("a number that does not end");
    }
}
