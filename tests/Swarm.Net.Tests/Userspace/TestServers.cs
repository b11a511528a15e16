using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.Net.Tests.Userspace;

/// <summary>A TCP back end that says its name and then repeats what it is told.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly string _name;
    private readonly Task _accepting;
    private int _accepted;

    public EchoServer(string name, int port = 0, IPAddress? address = null)
    {
        _name = name;
        _listener.Bind(new IPEndPoint(address ?? IPAddress.Loopback, port));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public Backend Backend => new(IPAddress.Loopback, Port);

    public int Accepted => Volatile.Read(ref _accepted);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Interlocked.Increment(ref _accepted);
        using (client)
        {
            try
            {
                await client.SendAsync(Encoding.ASCII.GetBytes($"{_name}\n"));
                var buffer = new byte[16 * 1024];
                while (await client.ReceiveAsync(buffer) is > 0 and var count)
                {
                    await client.SendAsync(buffer.AsMemory(0, count));
                }

                await client.SendAsync("bye\n"u8.ToArray());
                client.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // Cut.
            }
        }
    }
}

/// <summary>A client of a front end.</summary>
internal sealed class LineClient : IDisposable
{
    private readonly TcpClient _client = new();
    private StreamReader _reader = null!;

    public Socket Socket => _client.Client;

    public static async Task<LineClient> ConnectAsync(Frontend frontend)
    {
        var client = new LineClient();
        await client._client.ConnectAsync(frontend.Address, frontend.Port);
        client._reader = new StreamReader(client._client.GetStream(), Encoding.ASCII);
        return client;
    }

    /// <summary>The name of the back end that a new connection comes to; empty when it is reset.</summary>
    public static async Task<string> AskAsync(Frontend frontend) => (await TryAskAsync(frontend)).Name;

    /// <summary>The name of the back end that a new connection comes to, or why it comes to none.</summary>
    public static async Task<(string Name, string Error)> TryAskAsync(Frontend frontend)
    {
        try
        {
            using var client = await ConnectAsync(frontend);
            return await client.ReadAsync() is { } name ? (name, "") : ("", "closed without a word");
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return ("", exception.Message);
        }
    }

    public async Task<string?> ReadAsync() => await _reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));

    public async Task WriteAsync(string line) =>
        await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{line}\n"));

    public void Dispose()
    {
        _reader?.Dispose();
        _client.Dispose();
    }
}

/// <summary>A UDP back end that repeats what it is told after its name.</summary>
internal sealed class NamedUdp : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly string _name;

    public NamedUdp(string name)
    {
        _name = name;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Backend = new(IPAddress.Loopback, ((IPEndPoint)_socket.LocalEndPoint!).Port);
        _ = AnswerAsync();
    }

    public Backend Backend { get; }

    public void Dispose() => _socket.Dispose();

    private async Task AnswerAsync()
    {
        var buffer = new byte[100];
        try
        {
            while (true)
            {
                var packet = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                var text = Encoding.ASCII.GetString(buffer, 0, packet.ReceivedBytes);
                await _socket.SendToAsync(Encoding.ASCII.GetBytes($"{_name}: {text}"), packet.RemoteEndPoint);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}

/// <summary>A client of a UDP front end, with one port of its own.</summary>
internal sealed class UdpClientUnderTest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public UdpClientUnderTest(Frontend frontend) => _socket.Connect(frontend.Address, frontend.Port);

    public async Task<string> AskAsync(string text) =>
        await TryAskAsync(text, Patience) ?? throw new TimeoutException("no answer");

    public async Task<string?> TryAskAsync(string text, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        var buffer = new byte[100];
        try
        {
            await _socket.SendAsync(Encoding.ASCII.GetBytes(text));
            return Encoding.ASCII.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, limit.Token));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>
/// Loopback addresses that nobody else uses: what a kernel plane answers on takes no port, so that others would be given
/// the same one.
/// </summary>
internal static class OwnAddress
{
    private static int _last;

    public static IPAddress Next()
    {
        var (process, number) = (Environment.ProcessId, Interlocked.Increment(ref _last));
        return new([127, (byte)(20 + (process % 100)), (byte)((process / 100) + (number / 250)), (byte)(1 + (number % 250))]);
    }
}

/// <summary>Numbers of ports that were free a moment ago, and that the system gives to nobody by itself.</summary>
internal static class FreePort
{
    private const int First = 10_000;
    private const int Count = 20_000;

    private static int _last = Environment.ProcessId * 100;

    public static int Find()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one then.
            }
        }
    }
}
