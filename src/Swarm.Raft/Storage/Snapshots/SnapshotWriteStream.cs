using System.Buffers.Binary;
using System.Security.Cryptography;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Snapshots;

/// <summary>Where a snapshot comes from.</summary>
public enum SnapshotOrigin
{
    /// <summary>This member's own state; it counts once it is complete.</summary>
    Local = 0,

    /// <summary>The leader; it counts once the log has accepted it in place of its entries.</summary>
    Received = 1,
}

/// <summary>
/// Takes the bytes of a snapshot, a chunk at a time; whatever its size, it holds 64 KiB in memory. Nothing counts until
/// <see cref="Complete"/>; disposed of before, it leaves nothing behind.
/// </summary>
/// <remarks>For one thread at a time. Several snapshots may be written at once, and while the log is written.</remarks>
public sealed class SnapshotWriteStream : Stream
{
    private readonly SnapshotStore _store;
    private readonly IStorageFile _file;
    private readonly RecordCipher _cipher;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _plain = GC.AllocateUninitializedArray<byte>(ChunkHeader.PlainSize);
    private readonly byte[] _chunk =
        GC.AllocateUninitializedArray<byte>(ChunkHeader.Size + ChunkHeader.PlainSize + RecordCipher.TagSize);

    private long _written;
    private int _used;
    private uint _number;
    private long _position;
    private bool _closed;

    internal SnapshotWriteStream(
        SnapshotStore store,
        string path,
        IStorageFile file,
        SnapshotHeader header,
        RecordCipher cipher,
        SnapshotOrigin origin)
    {
        (_store, TemporaryPath, _file, Header, _cipher, Origin) = (store, path, file, header, cipher, origin);
        var bytes = header.Encode(cipher);
        _file.Write(bytes, 0);
        _position = bytes.Length;
    }

    /// <summary>Where in the log the snapshot stands.</summary>
    public SnapshotMetadata Metadata => Header.Metadata;

    /// <summary>Where it comes from.</summary>
    public SnapshotOrigin Origin { get; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_closed;

    /// <summary>Bytes written so far.</summary>
    public override long Length => _written;

    /// <summary>Bytes written so far; cannot be set.</summary>
    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException("A snapshot is written from its beginning to its end.");
    }

    internal string TemporaryPath { get; }

    internal SnapshotHeader Header { get; }

    /// <inheritdoc/>
    /// <exception cref="RaftStorageFullException">There is no room; dispose of the writer and begin again later.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _hash.AppendData(buffer);
        _written += buffer.Length;
        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, _plain.Length - _used);
            buffer[..taken].CopyTo(_plain.AsSpan(_used));
            _used += taken;
            buffer = buffer[taken..];
            if (_used == _plain.Length)
            {
                WriteChunk(ChunkHeader.Data);
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>
    /// Makes the snapshot safe. A local one replaces older ones; a received one waits for
    /// <see cref="FileRaftStorage.Append"/> to name it.
    /// </summary>
    /// <returns>False when a snapshot that is as new or newer exists; the one written is dropped then.</returns>
    /// <exception cref="RaftStorageFullException">There is no room; begin again later.</exception>
    public bool Complete()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_used > 0)
        {
            WriteChunk(ChunkHeader.Data);
        }

        BinaryPrimitives.WriteInt64LittleEndian(_plain, _written);
        _hash.GetHashAndReset(_plain.AsSpan(sizeof(ulong)));
        _used = ChunkHeader.EndPlainSize;
        WriteChunk(ChunkHeader.End);
        _store.Guarded(TemporaryPath, _file.Sync);
        Close();
        return _store.Publish(this);
    }

    /// <summary>Nothing: chunks are written when they are full, and all is flushed when the snapshot is completed.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            Close();
            _store.Discard(TemporaryPath);
        }

        base.Dispose(disposing);
    }

    private new void Close()
    {
        _closed = true;
        _file.Dispose();
        _cipher.Dispose();
        _hash.Dispose();
        CryptographicOperations.ZeroMemory(_plain);
    }

    private void WriteChunk(uint kind)
    {
        var chunk = _chunk.AsSpan(0, ChunkHeader.Size + _used + RecordCipher.TagSize);
        var number = _number++;
        new ChunkHeader((uint)_used, number, kind).Write(chunk);
        _cipher.Seal(
            number,
            _plain.AsSpan(0, _used),
            chunk.Slice(ChunkHeader.Size, _used),
            chunk[(ChunkHeader.Size + _used)..],
            chunk[ChunkHeader.AuthenticatedFrom..ChunkHeader.Size]);
        ChunkHeader.WriteChecksum(chunk);
        var length = chunk.Length;
        _store.Guarded(TemporaryPath, () => _file.Write(_chunk.AsSpan(0, length), _position));
        _position += length;
        _used = 0;
    }
}
