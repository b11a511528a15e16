using System.Net;
using System.Net.Sockets;

namespace Swarm.Benchmarks.Routing;

/// <summary>Clients of whatever balances: requests on kept connections, new connections, bulk.</summary>
internal static class MeshClients
{
    /// <summary>Clients of requests and connections.</summary>
    public const int Clients = 32;

    private const int MessageBytes = 100;
    private const int BulkBytes = 64 * 1024;

    public delegate Task ClientWork(IPEndPoint server, Counter counter, CancellationToken stop);

    /// <summary>How much gets done in a time.</summary>
    public static async Task<double> MeasureAsync(IPEndPoint server, int clients, ClientWork work, TimeSpan time)
    {
        using var stop = new CancellationTokenSource();
        var counter = new Counter();
        var running = Enumerable.Range(0, clients).Select(_ => work(server, counter, stop.Token)).ToArray();
        await Task.Delay(time);
        var count = counter.Value;
        await stop.CancelAsync();
        await Task.WhenAll(running);
        return count;
    }

    public static async Task AskAsync(IPEndPoint server, Counter counter, CancellationToken stop)
    {
        using var socket = await OpenAsync(server);
        var buffer = new byte[MessageBytes];
        while (!stop.IsCancellationRequested)
        {
            await EchoAsync(socket, buffer);
            counter.Add(1);
        }
    }

    public static async Task ConnectAsync(IPEndPoint server, Counter counter, CancellationToken stop)
    {
        var buffer = new byte[MessageBytes];
        while (!stop.IsCancellationRequested)
        {
            using var socket = await OpenAsync(server);
            await EchoAsync(socket, buffer);
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            counter.Add(1);
        }
    }

    // What is sent comes back, and both ways count as one.
    public static async Task StreamAsync(IPEndPoint server, Counter counter, CancellationToken stop)
    {
        using var socket = await OpenAsync(server);
        var sending = SendAsync();
        var buffer = new byte[BulkBytes];
        while (await socket.ReceiveAsync(buffer) is > 0 and var count)
        {
            counter.Add(count);
        }

        await sending;

        async Task SendAsync()
        {
            var bytes = new byte[BulkBytes];
            while (!stop.IsCancellationRequested)
            {
                await socket.SendAsync(bytes);
            }

            socket.Shutdown(SocketShutdown.Send);
        }
    }

    private static async Task EchoAsync(Socket socket, byte[] buffer)
    {
        await socket.SendAsync(buffer);
        for (var received = 0; received < buffer.Length;)
        {
            received += await socket.ReceiveAsync(buffer.AsMemory(received));
        }
    }

    private static async Task<Socket> OpenAsync(IPEndPoint server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        return socket;
    }

    /// <summary>Counts what is done.</summary>
    internal sealed class Counter
    {
        private long _value;

        public double Value => Volatile.Read(ref _value);

        public void Add(int count) => Interlocked.Add(ref _value, count);
    }
}
