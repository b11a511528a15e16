using System.Runtime.InteropServices;

namespace Swarm.Net.Userspace;

/// <summary>System calls of Linux as an event loop wants them: plain descriptors that never block.</summary>
internal static unsafe partial class Posix
{
    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int InProgress = 115;
    public const int Aborted = 103;

    public const uint Readable = 0x1;
    public const uint Writable = 0x4;
    public const uint Failed = 0x8;
    public const uint HungUp = 0x10;
    public const uint PeerFinished = 0x2000;
    public const uint OneWaiterEach = 1u << 28;
    public const uint OnChange = 1u << 31;

    public const int Add = 1;
    public const int Remove = 2;

    /// <summary>SPLICE_F_MOVE and SPLICE_F_NONBLOCK.</summary>
    public const uint MoveWithoutWaiting = 3;

    public const int ShutdownSend = 1;
    public const int IPv4 = 2;

    /// <summary>struct sockaddr_in6, the longest there is here.</summary>
    public const int MaxAddress = 28;

    /// <summary>SOCK_NONBLOCK and SOCK_CLOEXEC; the same numbers as for pipes and event descriptors.</summary>
    public const int NeverBlocks = 0x800 | ClosesOnExec;

    public const int ClosesOnExec = 0x80000;

    private const int Stream = 1;
    private const int NoSignal = 0x4000;
    private const int SocketLevel = 1;
    private const int TcpLevel = 6;
    private const int SocketError = 4;
    private const int KeepAlive = 9;
    private const int Linger = 13;
    private const int NoDelay = 1;
    private const int KeepAliveIdle = 4;
    private const int KeepAliveInterval = 5;
    private const int KeepAliveCount = 6;

    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>Opens a socket for TCP that sends small messages at once; negative when there is none to have.</summary>
    public static int OpenTcp(int family)
    {
        var descriptor = Socket(family, Stream | NeverBlocks, protocol: 0);
        if (descriptor >= 0)
        {
            Set(descriptor, TcpLevel, NoDelay, 1);
        }

        return descriptor;
    }

    /// <summary>Probes a peer that is silent, so that one that has vanished is noticed.</summary>
    public static void Probe(int descriptor)
    {
        Set(descriptor, SocketLevel, KeepAlive, 1);
        Set(descriptor, TcpLevel, KeepAliveIdle, Sockets.KeepAliveSeconds);
        Set(descriptor, TcpLevel, KeepAliveInterval, Sockets.KeepAliveInterval);
        Set(descriptor, TcpLevel, KeepAliveCount, Sockets.KeepAliveProbes);
    }

    /// <summary>How an attempt to connect ended; 0 when it did not fail.</summary>
    public static int ErrorOf(int descriptor)
    {
        int error, size = sizeof(int);
        return GetOption(descriptor, SocketLevel, SocketError, &error, &size) < 0 ? LastError : error;
    }

    public static nint Receive(int descriptor, byte* buffer, int count)
    {
        nint received;
        do
        {
            received = Receive(descriptor, buffer, count, flags: 0);
        }
        while (received < 0 && LastError == Interrupted);
        return received;
    }

    public static nint Send(int descriptor, byte* buffer, int count)
    {
        nint sent;
        do
        {
            sent = Send(descriptor, buffer, count, NoSignal);
        }
        while (sent < 0 && LastError == Interrupted);
        return sent;
    }

    /// <summary>Closes with a reset: the other side must not take what it has for all there was.</summary>
    public static void Reset(int descriptor)
    {
        var noTime = stackalloc int[] { 1, 0 };
        _ = SetOption(descriptor, SocketLevel, Linger, noTime, 2 * sizeof(int));
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* pollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, SafeHandle descriptor, byte* pollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int capacity, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(SafeHandle listener, byte* address, int* size, int flags);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, int size);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetLocalAddress(int descriptor, byte* address, int* size);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    public static partial int GetPeerAddress(int descriptor, byte* address, int* size);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    public static partial nint Splice(int from, long* fromPlace, int to, long* toPlace, nint count, uint flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeHandle descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeHandle descriptor, byte* buffer, nint count);

    private static void Set(int descriptor, int level, int name, int value) =>
        _ = SetOption(descriptor, level, name, &value, sizeof(int));

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int descriptor, int level, int name, int* value, int size);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int descriptor, int level, int name, int* value, int* size);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int descriptor, byte* buffer, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* buffer, nint count, int flags);
}
