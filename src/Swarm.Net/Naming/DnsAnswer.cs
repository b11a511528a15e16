using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Swarm.Net.Naming;

/// <summary>How a question went (RFC 1035, 4.1.1).</summary>
internal enum DnsResult
{
    /// <summary>It is answered; without a record where there is none of the type.</summary>
    Done = 0,

    /// <summary>It could not be read.</summary>
    Malformed = 1,

    /// <summary>Nobody could be asked.</summary>
    Failed = 2,

    /// <summary>There is no such name.</summary>
    NoSuchName = 3,

    /// <summary>There is too much to do.</summary>
    Refused = 5,
}

/// <summary>Writes answers (RFC 1035, 4.1).</summary>
internal static class DnsAnswer
{
    public const ushort A = 1;
    public const ushort Ptr = 12;
    public const ushort Aaaa = 28;
    public const ushort Any = 255;
    public const ushort Internet = 1;

    private const ushort Response = 0x8000;
    private const ushort Authoritative = 0x0400;
    private const ushort Truncated = 0x0200;
    private const ushort RecursionWanted = 0x0100;
    private const ushort RecursionOffered = 0x0080;
    private const ushort NameOfQuestion = 0xC00C;
    private const int RecordBytes = 12;

    /// <summary>An answer without records.</summary>
    /// <param name="message">The question's message.</param>
    /// <param name="query">The question.</param>
    /// <param name="result">How it went.</param>
    /// <param name="answer">Where to write; as long as the question and more.</param>
    /// <returns>Bytes written.</returns>
    public static int Empty(ReadOnlySpan<byte> message, in DnsQuery query, DnsResult result, Span<byte> answer)
    {
        message[..query.Length].CopyTo(answer);
        BinaryPrimitives.WriteUInt16BigEndian(
            answer[2..],
            (ushort)(Response
                | RecursionOffered
                | (result == DnsResult.Done ? Authoritative : 0)
                | (query.IsRecursive ? RecursionWanted : 0)
                | (int)result));
        BinaryPrimitives.WriteUInt16BigEndian(answer[4..], 1);
        answer[6..DnsQuery.HeaderBytes].Clear();
        return query.Length;
    }

    /// <summary>Says that a message could not be read.</summary>
    public static int Malformed(ReadOnlySpan<byte> message, Span<byte> answer)
    {
        answer[..DnsQuery.HeaderBytes].Clear();
        message[..2].CopyTo(answer);
        BinaryPrimitives.WriteUInt16BigEndian(answer[2..], Response | (int)DnsResult.Malformed);
        return DnsQuery.HeaderBytes;
    }

    /// <summary>Adds an address; when there is no room for it, says so and adds nothing.</summary>
    public static bool TryAdd(IPAddress address, TimeSpan lifetime, Span<byte> answer, ref int length)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var count);
        return TryAdd(count == 4 ? A : Aaaa, bytes[..count], lifetime, answer, ref length);
    }

    /// <summary>Adds a name.</summary>
    public static bool TryAdd(string name, TimeSpan lifetime, Span<byte> answer, ref int length)
    {
        var bytes = new List<byte>(name.Length + 2);
        foreach (var label in name.Split('.'))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }

        bytes.Add(0);
        return TryAdd(Ptr, [.. bytes], lifetime, answer, ref length);
    }

    private static bool TryAdd(
        ushort type,
        ReadOnlySpan<byte> data,
        TimeSpan lifetime,
        Span<byte> answer,
        ref int length)
    {
        var flags = answer[2..];
        if (length + RecordBytes + data.Length > answer.Length)
        {
            var known = BinaryPrimitives.ReadUInt16BigEndian(flags);
            BinaryPrimitives.WriteUInt16BigEndian(flags, (ushort)(known | Truncated));
            return false;
        }

        var record = answer[length..];
        BinaryPrimitives.WriteUInt16BigEndian(record, NameOfQuestion);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], type);
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], Internet);
        BinaryPrimitives.WriteUInt32BigEndian(record[6..], (uint)lifetime.TotalSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(record[10..], (ushort)data.Length);
        data.CopyTo(record[RecordBytes..]);
        length += RecordBytes + data.Length;
        var records = answer[6..];
        BinaryPrimitives.WriteUInt16BigEndian(records, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(records) + 1));
        return true;
    }
}
