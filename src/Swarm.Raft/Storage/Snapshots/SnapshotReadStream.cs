using System.Buffers.Binary;
using System.Security.Cryptography;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Snapshots;

/// <summary>
/// Gives the bytes of a snapshot, each chunk authenticated before it is handed out; whatever its size, it holds 64 KiB
/// in memory. The snapshot may be replaced meanwhile; what is open stays readable.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class SnapshotReadStream : Stream
{
    private readonly string _path;
    private readonly IStorageFile _file;
    private readonly RecordCipher _cipher;
    private readonly SnapshotHeader _header;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _plain = GC.AllocateUninitializedArray<byte>(ChunkHeader.PlainSize);
    private readonly byte[] _chunk =
        GC.AllocateUninitializedArray<byte>(ChunkHeader.Size + ChunkHeader.PlainSize + RecordCipher.TagSize);

    private long _length;
    private long _position;
    private uint _number;
    private int _start;
    private int _end;
    private long _total;
    private bool _ended;
    private bool _disposed;

    private SnapshotReadStream(
        string path, IStorageFile file, SnapshotHeader header, RecordCipher cipher, int headerSize) =>
        (_path, _file, _header, _cipher, _position) = (path, file, header, cipher, headerSize);

    /// <summary>Where in the log the snapshot stands.</summary>
    public SnapshotMetadata Metadata => _header.Metadata;

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Bytes of the whole snapshot.</summary>
    public override long Length => _length;

    /// <summary>Bytes read so far; cannot be set.</summary>
    public override long Position
    {
        get => _total - (_end - _start);
        set => throw new NotSupportedException("A snapshot is read from its beginning to its end.");
    }

    internal Guid KeyId => _header.KeyId;

    internal Guid LogId => _header.LogId;

    /// <inheritdoc/>
    /// <exception cref="RaftStorageCorruptException">The snapshot is damaged here or at its end.</exception>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty || (_start == _end && !TryReadChunk()))
        {
            return 0;
        }

        var taken = Math.Min(buffer.Length, _end - _start);
        _plain.AsSpan(_start, taken).CopyTo(buffer);
        _start += taken;
        return taken;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    internal static SnapshotReadStream Open(IFileSystem files, string path, LogKeyRing keys)
    {
        var file = files.Open(path);
        try
        {
            var header = SnapshotHeader.Read(path, file, keys, out var cipher, out var size);
            var reader = new SnapshotReadStream(path, file, header, cipher, size);
            reader.ReadEnd();
            return reader;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _file.Dispose();
            _cipher.Dispose();
            _hash.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    // The file must have an end that belongs to it; what lies between is checked as it is read.
    private void ReadEnd()
    {
        var offset = _file.Length - ChunkHeader.EndSize;
        if (offset < _position)
        {
            throw Damaged(_file.Length, "the snapshot is cut short");
        }

        var header = ReadChunk(offset, expected: null);
        if (header.Kind != ChunkHeader.End)
        {
            throw Damaged(offset, "the snapshot is cut short");
        }

        _length = BinaryPrimitives.ReadInt64LittleEndian(_plain);
    }

    private bool TryReadChunk()
    {
        if (_ended)
        {
            return false;
        }

        var header = ReadChunk(_position, _number);
        _number++;
        var offset = _position;
        _position += ChunkHeader.Size + (int)header.Length + RecordCipher.TagSize;
        if (header.Kind == ChunkHeader.Data)
        {
            (_start, _end) = (0, (int)header.Length);
            _hash.AppendData(_plain, 0, _end);
            _total += _end;
            return true;
        }

        Span<byte> digest = stackalloc byte[32];
        _hash.GetHashAndReset(digest);
        if (BinaryPrimitives.ReadInt64LittleEndian(_plain) != _total
            || !digest.SequenceEqual(_plain.AsSpan(sizeof(ulong), 32))
            || _position != _file.Length)
        {
            throw Damaged(offset, "the snapshot as a whole is not what was written");
        }

        _ended = true;
        return false;
    }

    private ChunkHeader ReadChunk(long offset, uint? expected)
    {
        var available = _file.ReadUpTo(_chunk, offset);
        if (!ChunkHeader.TryRead(_chunk.AsSpan(0, available), out var header))
        {
            throw Damaged(offset, "a chunk of the snapshot is damaged");
        }

        var size = ChunkHeader.Size + (int)header.Length + RecordCipher.TagSize;
        if (size > available
            || !ChunkHeader.ChecksumHolds(_chunk.AsSpan(0, size))
            || header.Number != (expected ?? header.Number))
        {
            throw Damaged(offset, "a chunk of the snapshot is damaged");
        }

        if (!_cipher.TryOpen(
            header.Number,
            _chunk.AsSpan(ChunkHeader.Size, (int)header.Length),
            _chunk.AsSpan(ChunkHeader.Size + (int)header.Length, RecordCipher.TagSize),
            _plain.AsSpan(0, (int)header.Length),
            _chunk.AsSpan(ChunkHeader.AuthenticatedFrom, ChunkHeader.Size - ChunkHeader.AuthenticatedFrom)))
        {
            throw new RaftStorageCorruptException(
                _path, offset, StorageDamage.Tampered, "a chunk has the right checksum and does not authenticate");
        }

        return header;
    }

    private RaftStorageCorruptException Damaged(long offset, string detail) =>
        new(_path, offset, StorageDamage.Unreadable, detail);
}
