using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Swarm.Net.Kernel;

namespace Swarm.Net.Overlay;

/// <summary>A network namespace of Linux, and the way to do something in it.</summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000;
    private const int AskKind = 0xB703;
    private const int ReadOnlyAndClosedOnExec = 0x80000;
    private const int Bind = 4096;
    private const int Recursive = 0x4000;
    private const int Shared = 0x10_0000;
    private const int InvalidArgument = 22;
    private const int Detach = 2;
    private const string OfThisThread = "/proc/thread-self/ns/net";

    private readonly SafeFileHandle _handle;

    // Whatever allocates in a namespace may be what garbage is collected for.
    static NetworkNamespace() => CollectorThread.Wake();

    private NetworkNamespace(SafeFileHandle handle) => _handle = handle;

    /// <summary>The descriptor, which is valid until this is disposed of.</summary>
    public uint Descriptor => (uint)_handle.DangerousGetHandle();

    /// <summary>What the kernel calls it, such as <c>net:[4026531840]</c>; one at a time has a name.</summary>
    public string Name => Run(() => new FileInfo(OfThisThread).LinkTarget ?? "");

    /// <summary>The one that a path leads to.</summary>
    /// <param name="path">The path; null for the one that this process is in.</param>
    /// <exception cref="IOException">There is none.</exception>
    public static NetworkNamespace Open(string? path) => TryOpen(path)
        ?? throw new IOException($"{path ?? OfThisThread} is no network namespace");

    /// <summary>The one that a path leads to; null when there is none.</summary>
    public static NetworkNamespace? TryOpen(string? path)
    {
        var descriptor = OpenFile(path ?? OfThisThread, ReadOnlyAndClosedOnExec);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (descriptor >= 0 && ControlDevice(handle, AskKind) == NewNetwork)
        {
            return new NetworkNamespace(handle);
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Makes one that lasts until its name is removed and the last process in it has ended.</summary>
    /// <param name="path">Its name; a file of that name is replaced.</param>
    /// <exception cref="IOException">The system refuses.</exception>
    public static NetworkNamespace Create(string path)
    {
        Share(Path.GetDirectoryName(path)!);
        Remove(path);
        File.Create(path).Dispose();
        try
        {
            OnThread(() =>
            {
                Require(Unshare(NewNetwork), "unshare");
                Require(Mount(OfThisThread, path, null, Bind, 0), $"mount {path}");
                return true;
            });
            return Open(path);
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    /// <summary>Takes the name away.</summary>
    public static void Remove(string path)
    {
        while (Unmount(path, Detach) == 0)
        {
            // Somebody may have mounted it twice.
        }

        File.Delete(path);
    }

    /// <summary>Does something on a thread that is in the namespace. What it opens belongs to it for good.</summary>
    /// <remarks>
    /// It must not start anything: a new thread is where the thread that makes it is, and the runtime makes those of
    /// its pool on whichever thread has work for them. They would stay, and do everybody's work from within.
    /// </remarks>
    public T Run<T>(Func<T> work) => OnThread(() =>
    {
        Require(Enter(_handle, NewNetwork), "setns");
        return work();
    });

    /// <summary>Runs a program in the namespace to its end.</summary>
    public Task<KernelCommand.Outcome> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string input,
        CancellationToken cancellationToken) => KernelCommand.RunAsync(
            "nsenter",
            [$"--net=/proc/{Environment.ProcessId}/fd/{Descriptor}", program, .. arguments],
            input,
            cancellationToken);

    /// <summary>Sets a setting of the namespace, if it is another.</summary>
    /// <param name="name">Its path below <c>/proc/sys/net</c>.</param>
    /// <param name="value">What it is to be.</param>
    /// <returns>Whether it was another.</returns>
    public bool Set(string name, string value) => Run(() =>
    {
        var path = $"/proc/sys/net/{name}";
        if (File.ReadAllText(path).Trim() == value)
        {
            return false;
        }

        File.WriteAllText(path, value);
        return true;
    });

    public void Dispose() => _handle.Dispose();

    // The kernel counts namespaces by thread. A thread of the pool would take its own along to other work.
    private static T OnThread<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            Name = "network namespace",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    // As ip(8) does with its folder. Otherwise that would do it later, and hide a second mount of each name.
    private static void Share(string folder)
    {
        Directory.CreateDirectory(folder);
        if (Mount("", folder, "none", Shared | Recursive, 0) == 0
            || Marshal.GetLastPInvokeError() != InvalidArgument)
        {
            return;
        }

        Require(Mount(folder, folder, "none", Bind | Recursive, 0), $"mount {folder}");
        Require(Mount("", folder, "none", Shared | Recursive, 0), $"mount {folder}");
    }

    private static void Require(int result, string call)
    {
        if (result < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            var reason = Marshal.GetPInvokeErrorMessage(error);
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{call}: {reason} ({error})"));
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlDevice(SafeFileHandle file, nuint request);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(SafeFileHandle space, int kind);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int kinds);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? kind, nuint flags, nint data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
