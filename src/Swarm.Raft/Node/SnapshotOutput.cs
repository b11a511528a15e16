using Swarm.Raft.Storage.Snapshots;

namespace Swarm.Raft;

/// <summary>
/// Where a state machine writes its snapshot. Collects a chunk, and has it encrypted and written beside the node: a
/// state machine that writes a large state with one <c>await</c> after the other keeps no election waiting.
/// </summary>
internal sealed class SnapshotOutput(SnapshotWriteStream snapshot, TaskScheduler disk) : Stream
{
    private const int ChunkBytes = 256 * 1024;

    private byte[] _chunk = [];
    private int _used;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => snapshot.Length + _used;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException("A snapshot is written from its beginning to its end.");
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_chunk.Length == 0)
        {
            _chunk = new byte[ChunkBytes];
        }

        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, _chunk.Length - _used);
            buffer[..taken].CopyTo(_chunk.AsMemory(_used));
            _used += taken;
            buffer = buffer[taken..];
            if (_used == _chunk.Length)
            {
                await FlushAsync(cancellationToken);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Whoever writes without waiting has its own thread for that.
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Flush();
        snapshot.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        var used = _used;
        _used = 0;
        if (used > 0)
        {
            snapshot.Write(_chunk.AsSpan(0, used));
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _used == 0
        ? Task.CompletedTask
        : Task.Factory.StartNew(Flush, cancellationToken, TaskCreationOptions.DenyChildAttach, disk);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
