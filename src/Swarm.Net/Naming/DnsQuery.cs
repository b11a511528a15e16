using System.Buffers.Binary;
using System.Text;

namespace Swarm.Net.Naming;

/// <summary>A question as it came (RFC 1035, 4.1): one name, one type. What comes after it is looked at for EDNS only.</summary>
internal readonly record struct DnsQuery
{
    /// <summary>Bytes of a message's header.</summary>
    public const int HeaderBytes = 12;

    /// <summary>Longest answer to those who do not say that they take more.</summary>
    public const int PlainLimit = 512;

    /// <summary>Longest answer at all: what crosses any network in one piece.</summary>
    public const int LargestLimit = 1232;

    private const int MaxName = 255;
    private const int MaxLabel = 63;
    private const int QueryMask = 0xF800;
    private const ushort OptionType = 41;

    public ushort Id { get; private init; }

    /// <summary>The flag by which a client asks for recursion, to be repeated.</summary>
    public bool IsRecursive { get; private init; }

    /// <summary>The name without a dot at the end.</summary>
    public string Name { get; private init; }

    public ushort Type { get; private init; }

    public ushort Class { get; private init; }

    /// <summary>Bytes of header and question.</summary>
    public int Length { get; private init; }

    /// <summary>Most bytes that the client takes.</summary>
    public int Limit { get; private init; }

    /// <summary>Reads a message; false for anything but one plain question.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out DnsQuery query)
    {
        query = default;
        if (message.Length < HeaderBytes)
        {
            return false;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        if ((flags & QueryMask) != 0
            || questions != 1
            || !TryReadName(message[HeaderBytes..], out var name, out var bytes)
            || message.Length < HeaderBytes + bytes + 4)
        {
            return false;
        }

        var end = HeaderBytes + bytes;
        query = new DnsQuery
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(message),
            IsRecursive = (flags & 0x0100) != 0,
            Name = name,
            Type = BinaryPrimitives.ReadUInt16BigEndian(message[end..]),
            Class = BinaryPrimitives.ReadUInt16BigEndian(message[(end + 2)..]),
            Length = end + 4,
            Limit = LimitOf(message, end + 4),
        };
        return true;
    }

    // A question stands first, so that there is nothing that a pointer could lead to.
    private static bool TryReadName(ReadOnlySpan<byte> from, out string name, out int bytes)
    {
        var text = new StringBuilder();
        for (var at = 0; at < from.Length && at < MaxName;)
        {
            int length = from[at++];
            if (length == 0)
            {
                (name, bytes) = (text.ToString(), at);
                return true;
            }

            if (length > MaxLabel || at + length > from.Length)
            {
                break;
            }

            if (text.Length > 0)
            {
                text.Append('.');
            }

            foreach (var letter in from.Slice(at, length))
            {
                text.Append((char)letter);
            }

            at += length;
        }

        (name, bytes) = ("", 0);
        return false;
    }

    // Answers and authorities are never part of a question; the first additional record is what EDNS clients send.
    private static int LimitOf(ReadOnlySpan<byte> message, int end)
    {
        const int record = 11;
        var hasOthers = BinaryPrimitives.ReadUInt32BigEndian(message[6..]) != 0;
        var additional = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        if (hasOthers || additional == 0 || message.Length < end + record || message[end] != 0)
        {
            return PlainLimit;
        }

        return BinaryPrimitives.ReadUInt16BigEndian(message[(end + 1)..]) == OptionType
            ? Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(message[(end + 3)..]), PlainLimit, LargestLimit)
            : PlainLimit;
    }
}
