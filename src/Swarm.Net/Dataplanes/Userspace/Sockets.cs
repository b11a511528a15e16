using System.Net;
using System.Net.Sockets;

namespace Swarm.Net.Userspace;

/// <summary>Sockets as the plane wants them.</summary>
internal static class Sockets
{
    public const int KeepAliveSeconds = 60;
    public const int KeepAliveInterval = 15;
    public const int KeepAliveProbes = 4;

    private const int Backlog = 4096;

    /// <summary>Opens a front end.</summary>
    /// <exception cref="SocketException">The address is in use, or not of this machine.</exception>
    public static Socket Listen(Frontend frontend)
    {
        var isTcp = frontend.Transport == Transport.Tcp;
        var socket = isTcp
            ? new Socket(frontend.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(frontend.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (frontend.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(frontend.Address, frontend.Port));
            if (isTcp)
            {
                socket.Listen(Backlog);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Closes a front end at once, although a process that is just being started may still have a copy of it.
    /// </summary>
    public static void Close(Socket listener)
    {
        try
        {
            listener.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // Other systems have no word for it.
        }

        listener.Dispose();
    }

    /// <summary>Connects to a back end, in bounded time.</summary>
    /// <exception cref="SocketException">It does not accept.</exception>
    /// <exception cref="OperationCanceledException">It does not answer in time.</exception>
    public static async ValueTask<Socket> ConnectAsync(IPEndPoint endPoint, TimeSpan limit, TimeProvider time)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var timer = new CancellationTokenSource(limit, time);
        try
        {
            Tune(socket);
            await socket.ConnectAsync(endPoint, timer.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Small messages go at once, and a peer that has vanished is noticed.</summary>
    public static void Tune(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveInterval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
    }

    /// <summary>Closes with a reset: the other side must not take what it has for all there was.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It has no other side any more.
        }

        socket.Dispose();
    }
}
