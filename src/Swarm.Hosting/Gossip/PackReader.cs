using System.Buffers.Binary;

namespace Swarm.Hosting.Gossip;

/// <summary>Reads the part of MessagePack that engines write: maps of text to numbers, bytes and flags.</summary>
internal ref struct PackReader(ReadOnlySpan<byte> data)
{
    private const int MaxDepth = 8;

    private readonly ReadOnlySpan<byte> _data = data;

    public int Position { get; private set; }

    public int ReadMapCount()
    {
        var head = Next();
        return head switch
        {
            >= 0x80 and <= 0x8f => head & 0x0f,
            0xde => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            _ => throw Unexpected(head),
        };
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        var head = Next();
        return head switch
        {
            0xc0 => [],
            >= 0xa0 and <= 0xbf => Take(head & 0x1f),
            0xc4 or 0xd9 => Take(Next()),
            0xc5 or 0xda => Take(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
            0xc6 or 0xdb => Take(checked((int)BinaryPrimitives.ReadUInt32BigEndian(Take(4)))),
            _ => throw Unexpected(head),
        };
    }

    public long ReadNumber()
    {
        var head = Next();
        return head switch
        {
            <= 0x7f => head,
            >= 0xe0 => (sbyte)head,
            0xcc => Next(),
            0xcd => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            0xce => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            0xcf => checked((long)BinaryPrimitives.ReadUInt64BigEndian(Take(8))),
            0xd0 => (sbyte)Next(),
            0xd1 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            0xd2 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            0xd3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
            _ => throw Unexpected(head),
        };
    }

    /// <summary>Passes over a value of any kind.</summary>
    public void Skip() => Skip(0);

    private void Skip(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException("the message is nested too deeply");
        }

        var head = _data.Length > Position ? _data[Position] : throw TooShort();
        switch (head)
        {
            case <= 0x7f or >= 0xe0 or (>= 0xcc and <= 0xd3):
                ReadNumber();
                break;
            case 0xc2 or 0xc3:
                Position++;
                break;
            case (>= 0x80 and <= 0x8f) or 0xde:
                SkipMany(2 * ReadMapCount(), depth);
                break;
            case >= 0x90 and <= 0x9f:
                Position++;
                SkipMany(head & 0x0f, depth);
                break;
            default:
                ReadBytes();
                break;
        }
    }

    private void SkipMany(int count, int depth)
    {
        for (var i = 0; i < count; i++)
        {
            Skip(depth + 1);
        }
    }

    private byte Next() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - Position)
        {
            throw TooShort();
        }

        var taken = _data.Slice(Position, count);
        Position += count;
        return taken;
    }

    private static InvalidDataException TooShort() => new("the message ends too early");

    private static InvalidDataException Unexpected(byte head) => new($"the message has a value of kind {head:x2} here");
}
