namespace Swarm.Raft.Consensus;

/// <summary>One entry of the replicated log.</summary>
/// <param name="Term">The term of the leader that appended it; from 1.</param>
/// <param name="Index">Its position; from 1, without gaps.</param>
/// <param name="Type">What <paramref name="Data"/> holds.</param>
/// <param name="Data">The payload in plain text; owned by the log, never written to after the entry was made.</param>
public readonly record struct Entry(ulong Term, ulong Index, EntryType Type, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whether the entry changes the membership.</summary>
    public bool ChangesConfiguration => Type != EntryType.Normal;

    /// <summary>Bytes the entry takes in a message, as etcd counts it (the size of its protobuf encoding).</summary>
    public int EncodedSize
    {
        get
        {
            // Three fixed fields (tag + varint) and the payload with its tag and length; Go's generated code writes
            // them all.
            var size = 3 + VarintSize((ulong)Type) + VarintSize(Term) + VarintSize(Index);
            return Data.IsEmpty ? size : size + 1 + VarintSize((ulong)Data.Length) + Data.Length;
        }
    }

    /// <summary>Compares by content, the payload included.</summary>
    /// <param name="other">The other entry.</param>
    public bool Equals(Entry other) =>
        Term == other.Term && Index == other.Index && Type == other.Type && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Term, Index, Type, Data.Length);

    /// <inheritdoc/>
    public override string ToString() => $"{Term}/{Index} {Type} {Data.Length} B";

    private static int VarintSize(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;
}
