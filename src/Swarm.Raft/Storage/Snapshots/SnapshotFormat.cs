using System.Buffers.Binary;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Snapshots;

/// <summary>
/// The beginning of a snapshot file: what it is, which key it is under, and the membership. Chunks follow, numbered
/// from 0, then an end chunk with the length and the SHA-256 of the whole.
/// </summary>
internal sealed record SnapshotHeader
{
    /// <summary>Bytes that can hold any header: four sets of members, a fixed part.</summary>
    public const int MaxSize = 1024 * 1024;

    private const int FixedSize = 104;
    private const uint Format = 1;

    public required CipherKind Cipher { get; init; }

    public required Guid LogId { get; init; }

    public required Guid KeyId { get; init; }

    public required ReadOnlyMemory<byte> Salt { get; init; }

    public required SnapshotMetadata Metadata { get; init; }

    private static ReadOnlySpan<byte> Magic => "SWRAFTS1"u8;

    public byte[] Encode(RecordCipher cipher)
    {
        var membership = EncodeMembership(Metadata.ConfState);
        var bytes = new byte[FixedSize + membership.Length + RecordCipher.TagSize + sizeof(uint)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Format);
        bytes[12] = (byte)Cipher;
        LogId.TryWriteBytes(bytes.AsSpan(16));
        KeyId.TryWriteBytes(bytes.AsSpan(32));
        Salt.Span.CopyTo(bytes.AsSpan(48));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(80), Metadata.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(88), Metadata.Term);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(96), (uint)membership.Length);
        membership.CopyTo(bytes, FixedSize);
        var tagOffset = FixedSize + membership.Length;
        var tag = bytes.AsSpan(tagOffset, RecordCipher.TagSize);
        cipher.Seal(RecordCipher.HeaderNumber, [], [], tag, bytes.AsSpan(0, tagOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(^4), Crc32C.Compute(0, bytes.AsSpan(..^4)));
        return bytes;
    }

    /// <summary>Reads and authenticates the header; returns its size.</summary>
    /// <exception cref="RaftStorageCorruptException">It is damaged, or its key is missing or another.</exception>
    public static SnapshotHeader Read(
        string path, IStorageFile file, LogKeyRing keys, out RecordCipher cipher, out int size)
    {
        var start = new byte[FixedSize];
        if (file.ReadUpTo(start, 0) != FixedSize || !start.AsSpan().StartsWith(Magic))
        {
            throw Damaged(path, StorageDamage.Unreadable, "the snapshot's header is damaged");
        }

        var format = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8));
        var membershipSize = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(96));
        if (membershipSize > MaxSize)
        {
            throw Damaged(path, StorageDamage.Unreadable, "the snapshot's header is damaged");
        }

        var bytes = new byte[FixedSize + (int)membershipSize + RecordCipher.TagSize + sizeof(uint)];
        if (file.ReadUpTo(bytes, 0) != bytes.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^4)) != Crc32C.Compute(0, bytes.AsSpan(..^4)))
        {
            throw Damaged(path, StorageDamage.Unreadable, "the snapshot's header is damaged");
        }

        if (format != Format)
        {
            throw Damaged(path, StorageDamage.UnknownFormat, $"the snapshot has format {format}, this version reads {Format}");
        }

        var tagOffset = FixedSize + (int)membershipSize;
        var header = Decode(path, bytes.AsSpan(0, tagOffset));
        cipher = keys.OpenCipher(path, header.Cipher, header.KeyId, header.Salt.Span, header.Identity);
        var tag = bytes.AsSpan(tagOffset, RecordCipher.TagSize);
        if (!cipher.TryOpen(RecordCipher.HeaderNumber, [], tag, [], bytes.AsSpan(0, tagOffset)))
        {
            cipher.Dispose();
            throw Damaged(path, StorageDamage.Tampered, "the header does not authenticate under its data key");
        }

        size = bytes.Length;
        return header;
    }

    public FileIdentity Identity => FileIdentity.Snapshot(LogId, Metadata.Term, Metadata.Index);

    private static SnapshotHeader Decode(string path, ReadOnlySpan<byte> bytes) => new()
    {
        Cipher = (CipherKind)bytes[12],
        LogId = new Guid(bytes.Slice(16, 16)),
        KeyId = new Guid(bytes.Slice(32, 16)),
        Salt = bytes.Slice(48, RecordCipher.SaltSize).ToArray(),
        Metadata = new SnapshotMetadata
        {
            Index = BinaryPrimitives.ReadUInt64LittleEndian(bytes[80..]),
            Term = BinaryPrimitives.ReadUInt64LittleEndian(bytes[88..]),
            ConfState = DecodeMembership(path, bytes[FixedSize..]),
        },
    };

    private static byte[] EncodeMembership(ConfState state)
    {
        MemberSet[] sets = [state.Voters, state.Learners, state.VotersOutgoing, state.LearnersNext];
        var bytes = new byte[1 + sets.Sum(set => sizeof(uint) + (sizeof(ulong) * set.Count))];
        if (bytes.Length > MaxSize)
        {
            throw new InvalidOperationException($"The membership takes {bytes.Length} bytes, more than the {MaxSize} allowed.");
        }

        bytes[0] = state.AutoLeave ? (byte)1 : (byte)0;
        var rest = bytes.AsSpan(1);
        foreach (var set in sets)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)set.Count);
            rest = rest[sizeof(uint)..];
            foreach (var id in set.AsSpan())
            {
                BinaryPrimitives.WriteUInt64LittleEndian(rest, id);
                rest = rest[sizeof(ulong)..];
            }
        }

        return bytes;
    }

    private static ConfState DecodeMembership(string path, ReadOnlySpan<byte> bytes)
    {
        var autoLeave = bytes.Length > 0 && bytes[0] != 0;
        var rest = bytes.Length > 0 ? bytes[1..] : bytes;
        return new ConfState
        {
            Voters = TakeSet(path, ref rest),
            Learners = TakeSet(path, ref rest),
            VotersOutgoing = TakeSet(path, ref rest),
            LearnersNext = TakeSet(path, ref rest),
            AutoLeave = autoLeave,
        };
    }

    private static MemberSet TakeSet(string path, ref ReadOnlySpan<byte> rest)
    {
        var count = rest.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(rest) : uint.MaxValue;
        if (count > (uint)(rest.Length - sizeof(uint)) / sizeof(ulong))
        {
            throw Damaged(path, StorageDamage.Unreadable, "the snapshot's membership is cut short");
        }

        var ids = new ulong[count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = BinaryPrimitives.ReadUInt64LittleEndian(rest[(sizeof(uint) + (i * sizeof(ulong)))..]);
        }

        rest = rest[(sizeof(uint) + (ids.Length * sizeof(ulong)))..];
        return MemberSet.Create(ids);
    }

    private static RaftStorageCorruptException Damaged(string path, StorageDamage reason, string detail) =>
        new(path, 0, reason, detail);
}

/// <summary>
/// The plain part of a chunk: checksum of the rest and of the body (4), length (4), number (4), kind (4); then the
/// encrypted body and its tag. Number, length and kind are authenticated with the body, so that chunks cannot be
/// dropped or reordered.
/// </summary>
internal readonly record struct ChunkHeader(uint Length, uint Number, uint Kind)
{
    public const int Size = 16;
    public const int AuthenticatedFrom = 4;
    public const int PlainSize = 64 * 1024;
    public const int EndPlainSize = sizeof(ulong) + 32;
    public const int EndSize = Size + EndPlainSize + RecordCipher.TagSize;
    public const uint Data = 1;
    public const uint End = 2;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Kind);
    }

    public static void WriteChecksum(Span<byte> chunk) =>
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, Crc32C.Compute(0, chunk[AuthenticatedFrom..]));

    /// <summary>Reads a header; the checksum is not looked at, since it covers the body too.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ChunkHeader header)
    {
        header = default;
        if (source.Length < Size)
        {
            return false;
        }

        header = new ChunkHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]));
        return header.Kind == Data
            ? header.Length is > 0 and <= PlainSize
            : header is { Kind: End, Length: EndPlainSize };
    }

    public static bool ChecksumHolds(ReadOnlySpan<byte> chunk) =>
        BinaryPrimitives.ReadUInt32LittleEndian(chunk) == Crc32C.Compute(0, chunk[AuthenticatedFrom..]);
}
