using System.Buffers;

namespace Swarm.Raft.Consensus;

/// <summary>Membership changes in the protobuf encoding of etcd's <c>raftpb</c>, which is what entries carry.</summary>
public static class ConfChangeCodec
{
    private const int MaxChanges = 1024;

    /// <summary>Encodes a change of one member.</summary>
    /// <param name="change">The change.</param>
    public static byte[] Encode(ConfChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var writer = new ArrayBufferWriter<byte>();
        ProtoFields.WriteVarint(writer, 1, change.Id);
        ProtoFields.WriteVarint(writer, 2, (ulong)change.Type);
        ProtoFields.WriteVarint(writer, 3, change.NodeId);
        ProtoFields.WriteBytes(writer, 4, change.Context.Span);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Encodes a change of any number of members; <see cref="ConfChangeV2.Leave"/> becomes nothing.</summary>
    /// <param name="change">The change.</param>
    public static byte[] Encode(ConfChangeV2 change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var writer = new ArrayBufferWriter<byte>();
        if (change.Transition != ConfChangeTransition.Auto)
        {
            ProtoFields.WriteVarint(writer, 1, (ulong)change.Transition);
        }

        foreach (var single in change.Changes)
        {
            var inner = new ArrayBufferWriter<byte>();
            ProtoFields.WriteVarint(inner, 1, (ulong)single.Type);
            ProtoFields.WriteVarint(inner, 2, single.NodeId);
            ProtoFields.WriteBytes(writer, 2, inner.WrittenSpan);
        }

        if (!change.Context.IsEmpty)
        {
            ProtoFields.WriteBytes(writer, 3, change.Context.Span);
        }

        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the change of an entry, whichever encoding it uses.</summary>
    /// <param name="entry">An entry that changes the membership.</param>
    /// <exception cref="RaftProtocolException">Its data is no change.</exception>
    public static ConfChangeV2 Decode(in Entry entry) => entry.Type switch
    {
        EntryType.ConfChange => DecodeConfChange(entry.Data).ToV2(),
        EntryType.ConfChangeV2 => DecodeConfChangeV2(entry.Data),
        _ => throw new RaftProtocolException($"entry {entry.Index} of type {entry.Type} changes no membership"),
    };

    /// <summary>Decodes a change of one member.</summary>
    /// <param name="data">The bytes; the context of the result refers to them.</param>
    /// <exception cref="RaftProtocolException">They are no change.</exception>
    public static ConfChange DecodeConfChange(ReadOnlyMemory<byte> data)
    {
        var change = new ConfChange();
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            change = fields.Number switch
            {
                1 => change with { Id = fields.Varint },
                2 => change with { Type = (ConfChangeType)(int)fields.Varint },
                3 => change with { NodeId = fields.Varint },
                4 => change with { Context = fields.Bytes },
                _ => change,
            };
        }

        return change;
    }

    /// <summary>Decodes a change of any number of members.</summary>
    /// <param name="data">The bytes; the context of the result refers to them.</param>
    /// <exception cref="RaftProtocolException">They are no change.</exception>
    public static ConfChangeV2 DecodeConfChangeV2(ReadOnlyMemory<byte> data)
    {
        var (transition, context) = (ConfChangeTransition.Auto, ReadOnlyMemory<byte>.Empty);
        var changes = new List<ConfChangeSingle>();
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            switch (fields.Number)
            {
                case 1:
                    transition = (ConfChangeTransition)(int)fields.Varint;
                    break;
                case 2 when changes.Count == MaxChanges:
                    throw new RaftProtocolException($"a change has more than {MaxChanges} operations");
                case 2:
                    changes.Add(DecodeSingle(fields.Bytes));
                    break;
                case 3:
                    context = fields.Bytes;
                    break;
            }
        }

        return new ConfChangeV2 { Transition = transition, Changes = changes, Context = context };
    }

    private static ConfChangeSingle DecodeSingle(ReadOnlyMemory<byte> data)
    {
        var single = default(ConfChangeSingle);
        var fields = new ProtoFields(data);
        while (fields.MoveNext())
        {
            single = fields.Number switch
            {
                1 => single with { Type = (ConfChangeType)(int)fields.Varint },
                2 => single with { NodeId = fields.Varint },
                _ => single,
            };
        }

        return single;
    }
}
