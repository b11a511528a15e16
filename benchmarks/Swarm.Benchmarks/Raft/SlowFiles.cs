using Swarm.Raft.Storage.Files;

namespace Swarm.Benchmarks.Raft;

/// <summary>A disk whose flushes take their time.</summary>
internal sealed class SlowFiles(IFileSystem inner, TimeSpan flush) : IFileSystem
{
    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IReadOnlyList<string> List(string directory) => inner.List(directory);

    public bool Exists(string path) => inner.Exists(path);

    public IStorageFile Create(string path) => new SlowFile(inner.Create(path), flush);

    public IStorageFile Open(string path) => new SlowFile(inner.Open(path), flush);

    public void Rename(string from, string to) => inner.Rename(from, to);

    public void Delete(string path) => inner.Delete(path);

    public void SyncDirectory(string directory) => inner.SyncDirectory(directory);

    public IDisposable Lock(string path) => inner.Lock(path);

    private sealed class SlowFile(IStorageFile inner, TimeSpan flush) : IStorageFile
    {
        public long Length => inner.Length;

        public int Read(Span<byte> destination, long offset) => inner.Read(destination, offset);

        public void Write(ReadOnlySpan<byte> source, long offset) => inner.Write(source, offset);

        public void Truncate(long length) => inner.Truncate(length);

        public void Sync()
        {
            Thread.Sleep(flush);
            inner.Sync();
        }

        public void Dispose() => inner.Dispose();
    }
}
