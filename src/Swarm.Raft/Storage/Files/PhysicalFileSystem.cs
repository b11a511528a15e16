using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Swarm.Raft.Storage.Files;

/// <summary>The machine's own file system.</summary>
internal sealed class PhysicalFileSystem : IFileSystem
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private PhysicalFileSystem()
    {
    }

    public static PhysicalFileSystem Instance { get; } = new();

    public void CreateDirectory(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            return;
        }

        var parent = Path.GetDirectoryName(full);
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(full);
            return;
        }

        Directory.CreateDirectory(full, OwnerOnly);
        if (parent is not null)
        {
            SyncDirectory(parent);
        }
    }

    public IReadOnlyList<string> List(string directory) =>
        [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public bool Exists(string path) => File.Exists(path);

    public IStorageFile Create(string path) => new PhysicalFile(OpenHandle(path, FileMode.Create));

    public IStorageFile Open(string path) => new PhysicalFile(OpenHandle(path, FileMode.Open));

    public void Rename(string from, string to) => Translated(() => File.Move(from, to, overwrite: true));

    public void Delete(string path) => Translated(() => File.Delete(path));

    public void SyncDirectory(string directory)
    {
        // Elsewhere the names of files are journalled without being asked to.
        if (!OperatingSystem.IsWindows())
        {
            PosixCalls.SyncDirectory(directory);
        }
    }

    public IDisposable Lock(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static SafeFileHandle OpenHandle(string path, FileMode mode)
    {
        SafeFileHandle? handle = null;
        Translated(() =>
            handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        return handle!;
    }

    private static void Translated(Action action)
    {
        try
        {
            action();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    private sealed class PhysicalFile(SafeFileHandle handle) : IStorageFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> destination, long offset) => RandomAccess.Read(handle, destination, offset);

        public void Write(ReadOnlySpan<byte> source, long offset) => RandomAccess.Write(handle, source, offset);

        public void Truncate(long length) => RandomAccess.SetLength(handle, length);

        public void Sync()
        {
            if (OperatingSystem.IsLinux())
            {
                PosixCalls.SyncData(handle);
            }
            else
            {
                RandomAccess.FlushToDisk(handle);
            }
        }

        public void Dispose() => handle.Dispose();
    }
}

/// <summary>Flushes that .NET has no words for: of a file's data without its times, and of a directory.</summary>
internal static partial class PosixCalls
{
    private const int Interrupted = 4;
    private const int OpenReadOnly = 0;

    internal static void SyncData(SafeFileHandle handle)
    {
        while (DataSync(handle) != 0)
        {
            ThrowUnlessInterrupted("fdatasync");
        }
    }

    internal static void SyncDirectory(string path)
    {
        var descriptor = Open(path, OpenReadOnly);
        if (descriptor < 0)
        {
            throw Error($"open directory {path}", Marshal.GetLastPInvokeError());
        }

        try
        {
            while (FullSync(descriptor) != 0)
            {
                ThrowUnlessInterrupted($"fsync directory {path}");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static void ThrowUnlessInterrupted(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted)
        {
            throw Error(what, error);
        }
    }

    private static IOException Error(string what, int error) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FullSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
