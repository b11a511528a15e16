using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Wal;

/// <summary>What a record says. The numbers are on disk.</summary>
internal enum RecordType : byte
{
    /// <summary>An entry; those with its index and later ones from before are void.</summary>
    Entry = 1,

    /// <summary>Term, vote, commit.</summary>
    HardState = 2,

    /// <summary>A received snapshot took the place of the whole log.</summary>
    SnapshotInstalled = 3,

    /// <summary>The newest snapshot at the time the segment was begun.</summary>
    SnapshotKnown = 4,
}

/// <summary>
/// The plain part of a record. On disk, little endian: checksum of what follows (4), checksum of body and tag (4),
/// length of the body (4), type (1), kind of entry (1), 0 (2), batch (4), number in the segment (4), index (8), term
/// (8); then the encrypted body and its tag (16). Everything but the checksums is authenticated with the body.
/// </summary>
internal readonly record struct RecordHeader(
    uint BodyChecksum,
    uint Length,
    RecordType Type,
    EntryType EntryType,
    uint Batch,
    uint Number,
    ulong Index,
    ulong Term)
{
    public const int Size = 40;
    public const int AuthenticatedFrom = 8;

    /// <summary>Bytes of the whole record.</summary>
    public long TotalSize => Size + (long)Length + RecordCipher.TagSize;

    public static int SizeOf(int bodyLength) => Size + bodyLength + RecordCipher.TagSize;

    /// <summary>Writes all but the two checksums.</summary>
    public void WriteAuthenticated(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Length);
        destination[12] = (byte)Type;
        destination[13] = (byte)EntryType;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[14..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], Batch);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Index);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Term);
    }

    /// <summary>Adds the checksums to a record whose body is in place.</summary>
    public static void WriteChecksums(Span<byte> record, uint seed)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32C.Compute(seed, record[Size..]));
        BinaryPrimitives.WriteUInt32LittleEndian(record, Crc32C.Compute(seed, record[4..Size]));
    }

    /// <summary>Reads a header; false when the bytes are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, uint seed, out RecordHeader header)
    {
        header = default;
        if (source.Length < Size
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != Crc32C.Compute(seed, source[4..Size]))
        {
            return false;
        }

        header = new RecordHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            (RecordType)source[12],
            (EntryType)source[13],
            BinaryPrimitives.ReadUInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[20..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]));
        return header.Type is >= RecordType.Entry and <= RecordType.SnapshotKnown;
    }
}

/// <summary>
/// Sixteen plain bytes between records: checksum (4), kind (4), batch (4), 0 (4). A <see cref="Durable"/> mark opens
/// every frame and says up to which batch everything was flushed when it was written; an <see cref="End"/> mark
/// completes a batch.
/// </summary>
internal static class FrameMark
{
    public const int Size = 16;
    public const uint Durable = 0x4B52414D;
    public const uint End = 0x20444E45;

    public static void Write(Span<byte> destination, uint seed, uint kind, uint batch)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], kind);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], batch);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Crc32C.Compute(seed, destination[4..Size]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> source, uint seed, uint kind, out uint batch)
    {
        batch = 0;
        if (source.Length < Size
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != kind
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != Crc32C.Compute(seed, source[4..Size]))
        {
            return false;
        }

        batch = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        return true;
    }
}
