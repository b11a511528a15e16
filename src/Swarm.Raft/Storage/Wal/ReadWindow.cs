using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Wal;

/// <summary>A part of a file in memory, so that neighbouring records cost one read.</summary>
internal sealed class ReadWindow(int size)
{
    private byte[] _buffer = [];
    private IStorageFile? _file;
    private long _start;
    private int _length;

    /// <summary>Bytes read at a time.</summary>
    public int Size { get; } = size;

    /// <summary>Forgets what was read, since the file has grown.</summary>
    public void Invalidate() => _file = null;

    /// <summary>The bytes at an offset; fewer than asked for at the end of the file. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(IStorageFile file, long offset, int count)
    {
        if (!ReferenceEquals(_file, file) || offset < _start || offset + count > _start + _length)
        {
            Fill(file, offset, count);
        }

        var from = (int)(offset - _start);
        return _buffer.AsSpan(from, Math.Min(count, _length - from));
    }

    private void Fill(IStorageFile file, long offset, int count)
    {
        var wanted = Math.Max(count, Size);
        if (_buffer.Length < wanted || (_buffer.Length > 2 * Size && wanted == Size))
        {
            _buffer = GC.AllocateUninitializedArray<byte>(wanted);
        }

        _file = null;
        _length = file.ReadUpTo(_buffer.AsSpan(0, wanted), offset);
        (_file, _start) = (file, offset);
    }
}
