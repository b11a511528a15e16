using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

namespace Swarm.Raft.Transport;

/// <summary>
/// Messages in the protobuf encoding of etcd's <c>raftpb.Message</c>, with two fields of our own behind it. A field
/// that is not there is 0.
/// </summary>
internal static class MessageCodec
{
    private const int IncarnationField = 50001;
    private const int CommitTermField = 50002;
    private const int MostMembers = 1024;

    /// <summary>Adds the encoding of a message.</summary>
    public static void Write(FrameBuffer buffer, in Message message)
    {
        buffer.WriteField(1, (ulong)message.Type);
        buffer.WriteField(2, message.To);
        buffer.WriteField(3, message.From);
        buffer.WriteField(4, message.Term);
        buffer.WriteField(5, message.LogTerm);
        buffer.WriteField(6, message.Index);
        foreach (ref readonly var entry in message.Entries.Span)
        {
            Write(buffer, in entry);
        }

        buffer.WriteField(8, message.Commit);
        if (message.Snapshot is { } snapshot)
        {
            Write(buffer, snapshot.Metadata);
        }

        buffer.WriteField(10, message.Reject ? 1UL : 0);
        buffer.WriteField(11, message.RejectHint);
        buffer.WriteField(12, message.Context.Span);
        buffer.WriteField(13, message.Vote);
        buffer.WriteField(IncarnationField, message.Incarnation);
        buffer.WriteField(CommitTermField, message.CommitTerm);
    }

    /// <summary>Decodes a message.</summary>
    /// <param name="data">The bytes; payloads and the context refer to them.</param>
    /// <exception cref="RaftProtocolException">They are no message.</exception>
    public static Message Read(ReadOnlyMemory<byte> data)
    {
        var message = default(Message);
        var entries = CountEntries(data) is > 0 and var count ? new Entry[count] : [];
        var next = 0;
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            switch (fields.Number)
            {
                case 7:
                    entries[next++] = ReadEntry(fields.Bytes);
                    break;
                case 9:
                    message = message with { Snapshot = new Snapshot { Metadata = ReadSnapshot(fields.Bytes) } };
                    break;
                case 12:
                    message = message with { Context = fields.Bytes };
                    break;
                default:
                    message = WithNumber(in message, fields.Number, fields);
                    break;
            }
        }

        return message with { Entries = entries };
    }

    private static Message WithNumber(in Message message, int number, ProtoFields fields) => number switch
    {
        1 => message with { Type = (MessageType)(int)Math.Min(fields.Varint, int.MaxValue) },
        2 => message with { To = fields.Varint },
        3 => message with { From = fields.Varint },
        4 => message with { Term = fields.Varint },
        5 => message with { LogTerm = fields.Varint },
        6 => message with { Index = fields.Varint },
        8 => message with { Commit = fields.Varint },
        10 => message with { Reject = fields.Varint != 0 },
        11 => message with { RejectHint = fields.Varint },
        13 => message with { Vote = fields.Varint },
        IncarnationField => message with { Incarnation = fields.Varint },
        CommitTermField => message with { CommitTerm = fields.Varint },
        _ => message,
    };

    // An entry takes two bytes at least, so their number is bounded by that of the bytes.
    private static int CountEntries(ReadOnlyMemory<byte> data)
    {
        var count = 0;
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            count += fields.Number == 7 ? 1 : 0;
        }

        return count;
    }

    private static void Write(FrameBuffer buffer, in Entry entry)
    {
        buffer.WriteTag(7, 2);
        buffer.WriteVarint((ulong)entry.EncodedSize);
        buffer.WriteTag(1, 0);
        buffer.WriteVarint((ulong)entry.Type);
        buffer.WriteTag(2, 0);
        buffer.WriteVarint(entry.Term);
        buffer.WriteTag(3, 0);
        buffer.WriteVarint(entry.Index);
        buffer.WriteField(4, entry.Data.Span);
    }

    private static Entry ReadEntry(ReadOnlyMemory<byte> data)
    {
        var (type, term, index, payload) = (0UL, 0UL, 0UL, ReadOnlyMemory<byte>.Empty);
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            switch (fields.Number)
            {
                case 1:
                    type = fields.Varint;
                    break;
                case 2:
                    term = fields.Varint;
                    break;
                case 3:
                    index = fields.Varint;
                    break;
                case 4:
                    payload = fields.Bytes;
                    break;
            }
        }

        return new Entry(term, index, (EntryType)(int)Math.Min(type, int.MaxValue), payload);
    }

    // The bytes of a snapshot travel beside its message.
    private static void Write(FrameBuffer buffer, SnapshotMetadata metadata)
    {
        using var state = new FrameBuffer();
        WriteMembers(state, 1, metadata.ConfState.Voters);
        WriteMembers(state, 2, metadata.ConfState.Learners);
        WriteMembers(state, 3, metadata.ConfState.VotersOutgoing);
        WriteMembers(state, 4, metadata.ConfState.LearnersNext);
        state.WriteField(5, metadata.ConfState.AutoLeave ? 1UL : 0);
        using var outer = new FrameBuffer();
        outer.WriteField(1, state.Written.Span);
        outer.WriteField(2, metadata.Index);
        outer.WriteField(3, metadata.Term);
        using var snapshot = new FrameBuffer();
        snapshot.WriteField(2, outer.Written.Span);
        buffer.WriteField(9, snapshot.Written.Span);
    }

    private static void WriteMembers(FrameBuffer buffer, int number, MemberSet members)
    {
        foreach (var member in members.AsSpan())
        {
            buffer.WriteField(number, member);
        }
    }

    private static SnapshotMetadata ReadSnapshot(ReadOnlyMemory<byte> data)
    {
        var metadata = Snapshot.None.Metadata;
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            metadata = fields.Number == 2 ? ReadMetadata(fields.Bytes) : metadata;
        }

        return metadata;
    }

    private static SnapshotMetadata ReadMetadata(ReadOnlyMemory<byte> data)
    {
        var metadata = Snapshot.None.Metadata;
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            metadata = fields.Number switch
            {
                1 => metadata with { ConfState = ReadState(fields.Bytes) },
                2 => metadata with { Index = fields.Varint },
                3 => metadata with { Term = fields.Varint },
                _ => metadata,
            };
        }

        return metadata;
    }

    private static ConfState ReadState(ReadOnlyMemory<byte> data)
    {
        List<ulong>[] members = [[], [], [], []];
        var autoLeave = false;
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            if (fields.Number is >= 1 and <= 4)
            {
                var set = members[fields.Number - 1];
                if (set.Count == MostMembers)
                {
                    throw new RaftProtocolException($"a membership has more than {MostMembers} members");
                }

                set.Add(fields.Varint);
            }
            else if (fields.Number == 5)
            {
                autoLeave = fields.Varint != 0;
            }
        }

        return new ConfState
        {
            Voters = MemberSet.Create([.. members[0]]),
            Learners = MemberSet.Create([.. members[1]]),
            VotersOutgoing = MemberSet.Create([.. members[2]]),
            LearnersNext = MemberSet.Create([.. members[3]]),
            AutoLeave = autoLeave,
        };
    }
}
