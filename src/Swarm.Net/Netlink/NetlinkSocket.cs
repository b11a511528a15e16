using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Swarm.Net.Netlink;

/// <summary>
/// A conversation with the kernel; one question at a time, of whatever thread. It is about the network namespace of the
/// thread that opened it.
/// </summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    private const int NetlinkFamily = 16;
    private const int RawAndClosedOnExec = 0x80003;
    private const int SocketLevel = 1;
    private const int ReceiveTimeout = 20;
    private const int Interrupted = 4;
    private const ushort ErrorMessage = 2;
    private const ushort DoneMessage = 3;

    private readonly Lock _turn = new();
    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private uint _sequence;

    /// <param name="protocol">Whom to talk to.</param>
    /// <exception cref="NetlinkException">There is no such socket here.</exception>
    public NetlinkSocket(NetlinkProtocol protocol)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new NetlinkException(NetlinkException.NoSuchFamily);
        }

        var descriptor = OpenSocket(NetlinkFamily, RawAndClosedOnExec, (int)protocol);
        if (descriptor < 0)
        {
            throw NetlinkException.OfLastCall();
        }

        _handle = new SafeFileHandle(descriptor, ownsHandle: true);

        // The kernel answers before the question has returned; that it does not is a fault, and not worth to wait for.
        ReadOnlySpan<long> seconds = [10, 0];
        _ = SetOption(_handle, SocketLevel, ReceiveTimeout, MemoryMarshal.AsBytes(seconds), 2 * sizeof(long));
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Asks, and waits for all of the answer.</summary>
    /// <returns>The messages of the answer, without the one that ends it.</returns>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public List<NetlinkMessage> Ask(NetlinkWriter question)
    {
        lock (_turn)
        {
            var message = question.Finish(++_sequence);
            if (Send(_handle, message, (nuint)message.Length, flags: 0) != message.Length)
            {
                throw NetlinkException.OfLastCall();
            }

            var answer = new List<NetlinkMessage>();
            while (true)
            {
                foreach (var part in Receive().Where(part => part.Sequence == _sequence))
                {
                    if (part.Type == DoneMessage)
                    {
                        return answer;
                    }

                    if (part.Type != ErrorMessage)
                    {
                        answer.Add(part);
                        continue;
                    }

                    var error = part.Body.Length < sizeof(int) ? 0 : MemoryMarshal.Read<int>(part.Body.Span);
                    return error == 0 ? answer : throw new NetlinkException(-error);
                }
            }
        }
    }

    private List<NetlinkMessage> Receive()
    {
        while (true)
        {
            var count = Receive(_handle, _buffer, (nuint)_buffer.Length, flags: 0);
            if (count >= 0)
            {
                return NetlinkReader.Messages(_buffer.AsSpan(0, (int)count).ToArray());
            }

            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw NetlinkException.OfLastCall();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(
        SafeFileHandle socket,
        int level,
        int option,
        ReadOnlySpan<byte> value,
        uint size);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeFileHandle socket, ReadOnlySpan<byte> buffer, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle socket, Span<byte> buffer, nuint size, int flags);
}
