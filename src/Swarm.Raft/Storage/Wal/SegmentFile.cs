using System.Buffers.Binary;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Wal;

/// <summary>A segment open for reading, with a cipher of its own beside the writer's.</summary>
internal sealed class SegmentFile : IDisposable
{
    public const int HardStateSize = 24;

    private readonly RecordCipher _cipher;

    private SegmentFile(string path, IStorageFile file, SegmentHeader header, RecordCipher cipher, bool isSealed) =>
        (Path, File, Header, _cipher, IsSealed) = (path, file, header, cipher, isSealed);

    public string Path { get; }

    public IStorageFile File { get; }

    public SegmentHeader Header { get; }

    /// <summary>Whether it names a successor.</summary>
    public bool IsSealed { get; }

    public static SegmentFile Open(IFileSystem files, string path, LogKeyRing keys)
    {
        var file = files.Open(path);
        try
        {
            var block = new byte[SegmentHeader.Size];
            var length = file.ReadUpTo(block, 0);
            var header = SegmentHeader.Read(path, block.AsSpan(0, length), keys, out var cipher);
            return new SegmentFile(path, file, header, cipher, header.IsSealed(block.AsSpan(0, length)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The plain part of the record at an offset, if there is one whose body is whole too.</summary>
    public bool TryPeek(ReadWindow window, long offset, out RecordHeader header)
    {
        if (!RecordHeader.TryRead(window.Peek(File, offset, RecordHeader.Size), Header.ChecksumSeed, out header)
            || offset + header.TotalSize > uint.MaxValue
            || header.TotalSize > int.MaxValue / 2)
        {
            return false;
        }

        // A length that lies costs no memory: the file is as long as it is.
        if (header.TotalSize > window.Size && offset + header.TotalSize > File.Length)
        {
            return false;
        }

        var size = (int)header.TotalSize;
        var record = window.Peek(File, offset, size);
        return record.Length == size
            && Crc32C.Compute(Header.ChecksumSeed, record[RecordHeader.Size..]) == header.BodyChecksum;
    }

    /// <summary>Decrypts the record at an offset that <see cref="TryPeek"/> has accepted.</summary>
    /// <exception cref="RaftStorageCorruptException">It does not authenticate.</exception>
    public void Open(ReadWindow window, long offset, in RecordHeader header, Span<byte> plain)
    {
        var record = window.Peek(File, offset, (int)header.TotalSize);
        var body = record[RecordHeader.Size..];
        if (!_cipher.TryOpen(
            header.Number,
            body[..(int)header.Length],
            body[(int)header.Length..],
            plain,
            record[RecordHeader.AuthenticatedFrom..RecordHeader.Size]))
        {
            throw new RaftStorageCorruptException(
                Path, offset, StorageDamage.Tampered, "a record has the right checksum and does not authenticate");
        }
    }

    /// <summary>Reads an entry whose position is known.</summary>
    public Entry ReadEntry(ReadWindow window, uint offset, ulong index)
    {
        if (!TryPeek(window, offset, out var header) || header.Type != RecordType.Entry || header.Index != index)
        {
            throw new RaftStorageCorruptException(
                Path, offset, StorageDamage.AcknowledgedDataDamaged, $"entry {index} cannot be read back");
        }

        var data = header.Length == 0 ? [] : GC.AllocateUninitializedArray<byte>((int)header.Length);
        Open(window, offset, header, data);
        return new Entry(header.Term, header.Index, header.EntryType, data);
    }

    /// <summary>Bytes of an entry's payload, without reading it.</summary>
    public uint PeekLength(ReadWindow window, uint offset) =>
        RecordHeader.TryRead(window.Peek(File, offset, RecordHeader.Size), Header.ChecksumSeed, out var header)
            ? header.Length
            : throw new RaftStorageCorruptException(
                Path, offset, StorageDamage.AcknowledgedDataDamaged, "the header of a record cannot be read back");

    /// <summary>Closes the segment for good: it has a successor and ends at <paramref name="end"/>.</summary>
    public void Seal(long end)
    {
        Header.WriteSeal(File, end);
        File.Truncate(end);
        File.Sync();
    }

    public static void EncodeHardState(in HardState state, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, state.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], state.Vote);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], state.Commit);
    }

    public static bool TryDecodeHardState(ReadOnlySpan<byte> body, out HardState state)
    {
        state = default;
        if (body.Length != HardStateSize)
        {
            return false;
        }

        state = new HardState(
            BinaryPrimitives.ReadUInt64LittleEndian(body),
            BinaryPrimitives.ReadUInt64LittleEndian(body[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[16..]));
        return true;
    }

    public void Dispose()
    {
        File.Dispose();
        _cipher.Dispose();
    }
}
