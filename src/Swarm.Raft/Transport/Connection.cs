using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Transport;

/// <summary>One connection to another member, on either side; what takes too long ends it.</summary>
internal sealed class Connection : IDisposable
{
    private const int FarewellBytes = 256 * 1024;
    private const int FarewellChunk = 4096;

    // TCP_USER_TIMEOUT, for which .NET has no name: what was sent and is not acknowledged ends the connection by then.
    // Otherwise a machine that vanished would be waited for as long as the system repeats, which may be minutes.
    private const int LinuxUserTimeout = 18;
    private const int UserTimeoutMilliseconds = 10_000;

    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly ITimer _limit;
    private Stream _stream;
    private string _doing = "";
    private volatile bool _isLate;

    private Connection(Socket socket, TimeProvider time)
    {
        _socket = socket;
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            if (OperatingSystem.IsLinux())
            {
                Span<byte> milliseconds = stackalloc byte[sizeof(int)];
                BitConverter.TryWriteBytes(milliseconds, UserTimeoutMilliseconds);
                socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, LinuxUserTimeout, milliseconds);
            }
        }

        _stream = Stream.Null;
        Reader = new FrameReader(_stream);
        _limit = time.CreateTimer(_ => EndLate(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public FrameReader Reader { get; private set; }

    /// <summary>Where the other side is, for the log.</summary>
    public string Remote { get; private set; } = "?";

    /// <summary>What the other side showed; null without TLS.</summary>
    public X509Certificate2? Certificate =>
        (_stream as SslStream)?.RemoteCertificate as X509Certificate2;

    /// <summary>Opens a connection to a member, up to where frames can be sent.</summary>
    public static async Task<Connection> DialAsync(
        EndPoint address, RaftTlsOptions? tls, TimeSpan limit, TimeProvider time, CancellationToken stop)
    {
        var connection = new Connection(NewSocket(address), time);
        try
        {
            connection.Limit(limit, "connecting");
            await connection._socket.ConnectAsync(address, stop);
            connection.Use(new NetworkStream(connection._socket, ownsSocket: true));
            if (tls is not null)
            {
                var secure = new SslStream(connection._stream, leaveInnerStreamOpen: false);
                connection.Use(secure);
                await secure.AuthenticateAsClientAsync(TlsSettings.OfClient(tls), stop);
            }

            return connection;
        }
        catch (Exception exception)
        {
            connection.Dispose();
            throw connection.Explain(exception);
        }
    }

    /// <summary>Takes a connection that was opened by another side, up to where frames can be read.</summary>
    public static async Task<Connection> AcceptAsync(
        Socket socket, RaftTlsOptions? tls, TimeSpan limit, TimeProvider time)
    {
        var connection = new Connection(socket, time);
        try
        {
            connection.Limit(limit, "the handshake");
            connection.Use(new NetworkStream(socket, ownsSocket: true));
            if (tls is not null)
            {
                var secure = new SslStream(connection._stream, leaveInnerStreamOpen: false);
                connection.Use(secure);
                await secure.AuthenticateAsServerAsync(TlsSettings.OfServer(tls));
            }

            return connection;
        }
        catch (Exception exception)
        {
            connection.Dispose();
            throw connection.Explain(exception);
        }
    }

    /// <summary>Makes a socket for an address.</summary>
    public static Socket NewSocket(EndPoint address) => address.AddressFamily switch
    {
        AddressFamily.Unspecified => new Socket(SocketType.Stream, ProtocolType.Tcp),
        AddressFamily.Unix => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
        _ => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
    };

    /// <summary>Whether an exception says that a connection ended, and nothing worse.</summary>
    public static bool IsEnd(Exception exception) => exception
        is IOException or SocketException or ObjectDisposedException or AuthenticationException
        or OperationCanceledException or RaftTransportException or RaftProtocolException or TimeoutException;

    /// <summary>Ends the connection unless <see cref="Unlimit"/> is called in time.</summary>
    public void Limit(TimeSpan limit, string what)
    {
        _doing = what;
        _limit.Change(limit, Timeout.InfiniteTimeSpan);
    }

    public void Unlimit() => _limit.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> frames) => _stream.WriteAsync(frames);

    /// <summary>Writes one frame.</summary>
    public async ValueTask WriteAsync(FrameType type, ReadOnlyMemory<byte> body)
    {
        using var buffer = new FrameBuffer();
        buffer.Begin();
        buffer.Write(body.Span);
        buffer.End(type);
        await WriteAsync(buffer.Written);
    }

    /// <summary>
    /// Says why the connection ends, and lets that arrive: what still comes is read, or the other side would lose it.
    /// </summary>
    public async Task RefuseAsync(string reason)
    {
        try
        {
            Limit(FarewellTime, "the end");
            await WriteAsync(FrameType.Refuse, Encoding.UTF8.GetBytes(reason));
            _socket.Shutdown(SocketShutdown.Send);
            var rest = new byte[FarewellChunk];
            for (var total = 0; total < FarewellBytes;)
            {
                var count = await _stream.ReadAsync(rest);
                if (count == 0)
                {
                    break;
                }

                total += count;
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The other side does not listen; the log here has the reason.
        }
    }

    /// <summary>Says what a failure of this connection comes from.</summary>
    public Exception Explain(Exception exception) => _isLate && exception is not RaftTransportException
        ? new TimeoutException($"{_doing} took too long", exception)
        : exception;

    public void Dispose()
    {
        _limit.Dispose();
        _stream.Dispose();
        _socket.Dispose();
    }

    private void EndLate()
    {
        _isLate = true;
        _socket.Dispose();
    }

    private void Use(Stream stream)
    {
        _stream = stream;
        Reader = new FrameReader(stream);
        Remote = _socket.RemoteEndPoint?.ToString() ?? "?";
    }
}
