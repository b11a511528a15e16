using Swarm.Raft.Storage.Files;

namespace Swarm.Simulation.Tests;

/// <summary>What a file system, or whoever uses it, can get wrong.</summary>
internal enum Lie
{
    /// <summary>Flushes of files do nothing.</summary>
    FileNotFlushed,

    /// <summary>Flushes of directories do nothing.</summary>
    DirectoryNotFlushed,

    /// <summary>A file is emptied when it is renamed over.</summary>
    RenameLosesContent,

    /// <summary>A part of a large write is left out.</summary>
    ShortWrite,

    /// <summary>Now and then a read has a wrong bit.</summary>
    ReadFlipsBit,
}

/// <summary>A file system that lies about one thing.</summary>
internal sealed class LyingFiles(IFileSystem inner, Lie lie) : IFileSystem
{
    private int _operations;

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IReadOnlyList<string> List(string directory) => inner.List(directory);

    public bool Exists(string path) => inner.Exists(path);

    public IStorageFile Create(string path) => new LyingFile(this, inner.Create(path));

    public IStorageFile Open(string path) => new LyingFile(this, inner.Open(path));

    public void Rename(string from, string to)
    {
        inner.Rename(from, to);
        if (lie == Lie.RenameLosesContent && Every(20))
        {
            using var file = inner.Open(to);
            file.Truncate(0);
        }
    }

    public void Delete(string path) => inner.Delete(path);

    public void SyncDirectory(string directory)
    {
        if (lie != Lie.DirectoryNotFlushed)
        {
            inner.SyncDirectory(directory);
        }
    }

    public IDisposable Lock(string path) => inner.Lock(path);

    private bool Every(int count) => ++_operations % count == 0;

    private sealed class LyingFile(LyingFiles files, IStorageFile inner) : IStorageFile
    {
        public long Length => inner.Length;

        public int Read(Span<byte> destination, long offset)
        {
            var read = inner.Read(destination, offset);
            if (files.Lie == Lie.ReadFlipsBit && read > 0 && files.Every(50))
            {
                destination[read / 2] ^= 4;
            }

            return read;
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            var isShort = files.Lie == Lie.ShortWrite && source.Length > 600 && files.Every(4);
            inner.Write(isShort ? source[..^512] : source, offset);
        }

        public void Truncate(long length) => inner.Truncate(length);

        public void Sync()
        {
            if (files.Lie != Lie.FileNotFlushed)
            {
                inner.Sync();
            }
        }

        public void Dispose() => inner.Dispose();
    }

    private Lie Lie => lie;
}
