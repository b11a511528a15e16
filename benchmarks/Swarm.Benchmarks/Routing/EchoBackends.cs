using System.Net;
using System.Net.Sockets;
using Swarm.Net;

namespace Swarm.Benchmarks.Routing;

/// <summary>Back ends that repeat what they are told.</summary>
internal sealed class EchoBackends : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Socket[] _listeners;
    private readonly Task[] _accepting;

    public EchoBackends(int count)
    {
        _listeners = [.. Enumerable.Range(0, count).Select(_ => Listen())];
        _accepting = Array.ConvertAll(_listeners, AcceptAsync);
    }

    public IReadOnlyList<Backend> All => Array.ConvertAll(
        _listeners,
        listener => new Backend(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port));

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        await Task.WhenAll(_accepting);
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(4_096);
        return socket;
    }

    private static async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = EchoAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private static async Task EchoAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            var buffer = new byte[BufferBytes];
            try
            {
                while (await client.ReceiveAsync(buffer) is > 0 and var count)
                {
                    await client.SendAsync(buffer.AsMemory(0, count));
                }
            }
            catch (SocketException)
            {
                // The client has gone.
            }
        }
    }
}
