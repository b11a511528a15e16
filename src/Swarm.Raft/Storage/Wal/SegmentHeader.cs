using System.Buffers.Binary;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Wal;

/// <summary>
/// What a segment is and where it joins the one before: 4,096 bytes, the content at 0 and again at 2,048, and a seal
/// at 1,024 once there is a successor.
/// </summary>
internal sealed record SegmentHeader
{
    /// <summary>Bytes before the first frame.</summary>
    public const int Size = 4096;

    /// <summary>What a disk writes whole or not at all; frames begin at multiples of it.</summary>
    public const int Sector = 512;

    private const int SecondCopy = 2048;
    private const int SealOffset = 1024;
    private const int TagOffset = 120;
    private const int ChecksumOffset = TagOffset + RecordCipher.TagSize;
    private const int ContentSize = ChecksumOffset + sizeof(uint);
    private const int SealSize = 24;
    private const uint Format = 1;
    private const uint SealMagic = 0x4C414553;

    public required CipherKind Cipher { get; init; }

    public required Guid LogId { get; init; }

    public required Guid KeyId { get; init; }

    public required ReadOnlyMemory<byte> Salt { get; init; }

    /// <summary>1, 2, 3, … without gaps.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>The log's last entry when the segment was begun.</summary>
    public required ulong PreviousIndex { get; init; }

    /// <summary>Its term.</summary>
    public required ulong PreviousTerm { get; init; }

    /// <summary>Where the segment before ends; whatever lies behind was never acknowledged. 0 in the first one.</summary>
    public required long PreviousEnd { get; init; }

    /// <summary>Random, so that blocks that once held another segment hold nothing that looks like a record of this one.</summary>
    public required uint ChecksumSeed { get; init; }

    private static ReadOnlySpan<byte> Magic => "SWRAFTW1"u8;

    /// <summary>Writes both copies.</summary>
    public void Write(Span<byte> block, RecordCipher cipher)
    {
        var content = block[..ContentSize];
        content.Clear();
        Magic.CopyTo(content);
        BinaryPrimitives.WriteUInt32LittleEndian(content[8..], Format);
        content[12] = (byte)Cipher;
        LogId.TryWriteBytes(content[16..]);
        KeyId.TryWriteBytes(content[32..]);
        Salt.Span.CopyTo(content[48..]);
        BinaryPrimitives.WriteUInt64LittleEndian(content[80..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(content[88..], PreviousIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(content[96..], PreviousTerm);
        BinaryPrimitives.WriteInt64LittleEndian(content[104..], PreviousEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(content[112..], ChecksumSeed);
        var tag = content.Slice(TagOffset, RecordCipher.TagSize);
        cipher.Seal(RecordCipher.HeaderNumber, [], [], tag, content[..TagOffset]);
        var checksum = Crc32C.Compute(0, content[..ChecksumOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(content[ChecksumOffset..], checksum);
        content.CopyTo(block[SecondCopy..]);
    }

    /// <summary>Reads and authenticates the header.</summary>
    /// <exception cref="RaftStorageCorruptException">Both copies are damaged, or the key is missing or another.</exception>
    public static SegmentHeader Read(string path, ReadOnlySpan<byte> block, LogKeyRing keys, out RecordCipher cipher)
    {
        if (!TryFindCopy(block, out var content))
        {
            throw new RaftStorageCorruptException(
                path, 0, StorageDamage.Unreadable, "both copies of the segment's header are damaged");
        }

        var format = BinaryPrimitives.ReadUInt32LittleEndian(content[8..]);
        if (format != Format)
        {
            throw new RaftStorageCorruptException(
                path, 8, StorageDamage.UnknownFormat, $"the segment has format {format}, this version reads {Format}");
        }

        var header = Decode(content);
        cipher = keys.OpenCipher(
            path, header.Cipher, header.KeyId, header.Salt.Span, FileIdentity.Segment(header.LogId, header.Sequence));
        if (!cipher.TryOpen(
            RecordCipher.HeaderNumber, [], content.Slice(TagOffset, RecordCipher.TagSize), [], content[..TagOffset]))
        {
            cipher.Dispose();
            throw new RaftStorageCorruptException(
                path, 0, StorageDamage.Tampered, "the header does not authenticate under its data key");
        }

        return header;
    }

    /// <summary>The seal that closes a segment: who comes next, and where this one ends.</summary>
    public void WriteSeal(IStorageFile file, long end)
    {
        Span<byte> seal = stackalloc byte[SealSize];
        BinaryPrimitives.WriteUInt32LittleEndian(seal, SealMagic);
        BinaryPrimitives.WriteUInt64LittleEndian(seal[8..], Sequence + 1);
        BinaryPrimitives.WriteInt64LittleEndian(seal[16..], end);
        BinaryPrimitives.WriteUInt32LittleEndian(seal[4..], SealChecksum(seal));
        file.Write(seal, SealOffset);
    }

    /// <summary>Whether the segment was closed because there was a successor.</summary>
    public bool IsSealed(ReadOnlySpan<byte> block)
    {
        if (block.Length < SealOffset + SealSize)
        {
            return false;
        }

        var seal = block.Slice(SealOffset, SealSize);
        return BinaryPrimitives.ReadUInt32LittleEndian(seal) == SealMagic
            && BinaryPrimitives.ReadUInt32LittleEndian(seal[4..]) == SealChecksum(seal);
    }

    private static SegmentHeader Decode(ReadOnlySpan<byte> content) => new()
    {
        Cipher = (CipherKind)content[12],
        LogId = new Guid(content.Slice(16, 16)),
        KeyId = new Guid(content.Slice(32, 16)),
        Salt = content.Slice(48, RecordCipher.SaltSize).ToArray(),
        Sequence = BinaryPrimitives.ReadUInt64LittleEndian(content[80..]),
        PreviousIndex = BinaryPrimitives.ReadUInt64LittleEndian(content[88..]),
        PreviousTerm = BinaryPrimitives.ReadUInt64LittleEndian(content[96..]),
        PreviousEnd = BinaryPrimitives.ReadInt64LittleEndian(content[104..]),
        ChecksumSeed = BinaryPrimitives.ReadUInt32LittleEndian(content[112..]),
    };

    private static bool TryFindCopy(ReadOnlySpan<byte> block, out ReadOnlySpan<byte> content)
    {
        foreach (var offset in (ReadOnlySpan<int>)[0, SecondCopy])
        {
            if (block.Length >= offset + ContentSize)
            {
                content = block.Slice(offset, ContentSize);
                if (content.StartsWith(Magic)
                    && BinaryPrimitives.ReadUInt32LittleEndian(content[ChecksumOffset..])
                        == Crc32C.Compute(0, content[..ChecksumOffset]))
                {
                    return true;
                }
            }
        }

        content = default;
        return false;
    }

    private uint SealChecksum(ReadOnlySpan<byte> seal) => Crc32C.Compute(ChecksumSeed, seal[8..]);
}
