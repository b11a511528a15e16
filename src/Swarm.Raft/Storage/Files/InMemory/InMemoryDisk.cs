namespace Swarm.Raft.Storage.Files.InMemory;

/// <summary>What is done to a file system.</summary>
internal enum DiskOperation
{
    Create,
    Open,
    Read,
    Write,
    Truncate,
    Sync,
    Rename,
    Delete,
    SyncDirectory,
}

/// <summary>The machine has stopped; nothing that was running gets an answer.</summary>
internal sealed class MachineStoppedException() : IOException("the machine has stopped");

/// <summary>
/// A file system in memory that tells apart what programs see and what is on the platter: writes are lost or torn
/// until they are flushed, names until their directory is. It can stop before any operation, be full, fail and damage
/// bits.
/// </summary>
internal sealed class InMemoryDisk : IFileSystem
{
    private const int NoSpace = 28;
    private const int InputOutputError = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, InMemoryDirectory> _directories = [];
    private readonly HashSet<string> _locks = [];

    /// <summary>Operations that change something, so far.</summary>
    public int Changes { get; private set; }

    /// <summary>The machine stops instead of this change, counted from 1; 0 for never.</summary>
    public int StopsAtChange { get; set; }

    /// <summary>Whether the machine has stopped.</summary>
    public bool Stopped { get; private set; }

    /// <summary>How many bytes all files together may have.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Asked before each operation, outside of locks; may wait, or throw what the operation shall throw.</summary>
    public Action<DiskOperation, string>? Before { get; set; }

    /// <summary>Bytes of all files that have a name.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
            {
                return _directories.Values.Sum(directory => directory.Seen.Values.Sum(content => (long)content.Length));
            }
        }
    }

    /// <summary>Lets the machine stop now.</summary>
    public void Stop() => Stopped = true;

    /// <summary>The process dies and is started again; the kernel lives on, and with it all that was written.</summary>
    public void RestartProcess()
    {
        lock (_gate)
        {
            (Stopped, StopsAtChange) = (false, 0);
            _locks.Clear();
        }
    }

    /// <summary>Power is lost and comes back; what was not flushed is dealt with as told.</summary>
    public void RestartMachine(PowerLoss loss, int seed)
    {
        lock (_gate)
        {
            var random = new Random(seed);
            (Stopped, StopsAtChange) = (false, 0);
            _locks.Clear();
            var lost = new HashSet<InMemoryContent>(ReferenceEqualityComparer.Instance);
            foreach (var (_, directory) in _directories.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                directory.LosePower(loss, random);
                foreach (var (_, content) in directory.Seen)
                {
                    if (lost.Add(content))
                    {
                        content.LosePower(loss, random);
                    }
                }
            }
        }
    }

    /// <summary>Flips bits of a byte on the platter.</summary>
    public void Damage(string path, int offset, byte mask)
    {
        lock (_gate)
        {
            Content(path).Damage(offset, mask);
        }
    }

    /// <summary>The content of a file as programs see it.</summary>
    public byte[] ReadAll(string path)
    {
        lock (_gate)
        {
            var content = Content(path);
            var bytes = new byte[content.Length];
            content.Read(bytes, 0);
            return bytes;
        }
    }

    /// <summary>Puts a file there, safe at once.</summary>
    public void Put(string path, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var content = new InMemoryContent();
            content.Write(bytes, 0);
            content.Sync();
            DirectoryOf(path).Set(Path.GetFileName(path), content);
            DirectoryOf(path).Sync();
        }
    }

    /// <summary>Another disk with the same content, all of it safe.</summary>
    public InMemoryDisk Copy()
    {
        var copy = new InMemoryDisk();
        lock (_gate)
        {
            foreach (var (path, directory) in _directories)
            {
                copy.CreateDirectory(path);
                foreach (var name in directory.Seen.Keys)
                {
                    copy.Put(Path.Join(path, name), ReadAll(Path.Join(path, name)));
                }
            }
        }

        return copy;
    }

    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            _directories.TryAdd(path, new InMemoryDirectory());
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (_gate)
        {
            return [.. _directories[directory].Seen.Keys.Order(StringComparer.Ordinal)];
        }
    }

    public bool Exists(string path)
    {
        lock (_gate)
        {
            return DirectoryOf(path).Seen.ContainsKey(Path.GetFileName(path));
        }
    }

    public IStorageFile Create(string path)
    {
        Begin(DiskOperation.Create, path);
        lock (_gate)
        {
            var content = new InMemoryContent();
            DirectoryOf(path).Set(Path.GetFileName(path), content);
            return new OpenFile(this, path, content);
        }
    }

    public IStorageFile Open(string path)
    {
        Begin(DiskOperation.Open, path);
        lock (_gate)
        {
            return new OpenFile(this, path, Content(path));
        }
    }

    public void Rename(string from, string to)
    {
        Begin(DiskOperation.Rename, from);
        lock (_gate)
        {
            DirectoryOf(from).Rename(Path.GetFileName(from), Path.GetFileName(to));
        }
    }

    public void Delete(string path)
    {
        Begin(DiskOperation.Delete, path);
        lock (_gate)
        {
            DirectoryOf(path).Remove(Path.GetFileName(path));
        }
    }

    public void SyncDirectory(string directory)
    {
        Begin(DiskOperation.SyncDirectory, directory);
        lock (_gate)
        {
            _directories[directory].Sync();
        }
    }

    public IDisposable Lock(string path)
    {
        lock (_gate)
        {
            return _locks.Add(path) ? new HeldLock(this, path) : throw new IOException($"{path} is locked");
        }
    }

    /// <summary>The error of a disk that fails; for <see cref="Before"/> to throw.</summary>
    public static IOException Failure() => new("input/output error", InputOutputError);

    /// <summary>The error of a disk that is full; for <see cref="Before"/> to throw.</summary>
    public static IOException Full() => new("no space left on device", NoSpace);

    private void Begin(DiskOperation operation, string path)
    {
        if (Stopped)
        {
            throw new MachineStoppedException();
        }

        if (operation is not (DiskOperation.Open or DiskOperation.Read) && ++Changes == StopsAtChange)
        {
            Stopped = true;
            throw new MachineStoppedException();
        }

        Before?.Invoke(operation, path);
    }

    private InMemoryDirectory DirectoryOf(string path) => _directories[Path.GetDirectoryName(path)!];

    private InMemoryContent Content(string path) =>
        DirectoryOf(path).Seen.TryGetValue(Path.GetFileName(path), out var content)
            ? content
            : throw new FileNotFoundException("no such file", path);

    private sealed class HeldLock(InMemoryDisk disk, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (disk._gate)
            {
                disk._locks.Remove(path);
            }
        }
    }

    private sealed class OpenFile(InMemoryDisk disk, string path, InMemoryContent content) : IStorageFile
    {
        private bool _disposed;

        public long Length
        {
            get
            {
                lock (disk._gate)
                {
                    return content.Length;
                }
            }
        }

        public int Read(Span<byte> destination, long offset)
        {
            Begin(DiskOperation.Read);
            lock (disk._gate)
            {
                return content.Read(destination, offset);
            }
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            Begin(DiskOperation.Write);
            lock (disk._gate)
            {
                var growth = Math.Max(0, offset + source.Length - content.Length);
                var room = disk.Capacity - disk.Used;
                if (growth > room)
                {
                    // As much as fits is written, as a real one does.
                    content.Write(source[..(int)Math.Max(0, source.Length - growth + Math.Max(0, room))], offset);
                    throw Full();
                }

                content.Write(source, offset);
            }
        }

        public void Truncate(long length)
        {
            Begin(DiskOperation.Truncate);
            lock (disk._gate)
            {
                content.Truncate((int)length);
            }
        }

        public void Sync()
        {
            try
            {
                Begin(DiskOperation.Sync);
            }
            catch (IOException exception) when (exception is not MachineStoppedException)
            {
                lock (disk._gate)
                {
                    content.FailSync();
                }

                throw;
            }

            lock (disk._gate)
            {
                content.Sync();
            }
        }

        public void Dispose() => _disposed = true;

        private void Begin(DiskOperation operation)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            disk.Begin(operation, path);
        }
    }
}
