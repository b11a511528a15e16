using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Swarm.Net;

namespace Swarm.Benchmarks.Routing;

/// <summary>
/// The user-space data plane on loopback, each figure beside the same without it: requests on kept connections, new
/// connections, bulk. Clients, plane and back ends share this process.
/// </summary>
internal static class MeshMacro
{
    private const int Clients = 32;
    private const int MessageBytes = 100;
    private const int BulkBytes = 64 * 1024;

    private delegate Task ClientWork(IPEndPoint server, Counter counter, CancellationToken stop);

    public static async Task RunAsync(string[] options)
    {
        var time = TimeSpan.FromSeconds(options is ["quick"] ? 2 : 8);
        await using var backends = new EchoBackends(3);
        await using var plane = new UserspaceDataplane();
        var frontend = new Frontend(IPAddress.Loopback, FreePort());
        var report = await plane.ApplyAsync(new MeshState([new VirtualServer(frontend, [.. backends.All])]), default);
        if (!report.Failures.IsEmpty)
        {
            throw new InvalidOperationException(report.Failures[0].Reason);
        }

        var direct = new IPEndPoint(IPAddress.Loopback, backends.All[0].Port);
        var through = new IPEndPoint(frontend.Address, frontend.Port);
        await CompareAsync("mesh.requests_per_s", 1, Clients, AskAsync, direct, through, time);
        await CompareAsync("mesh.connections_per_s", 1, Clients, ConnectAsync, direct, through, time);
        await CompareAsync("mesh.bulk_mb_per_s", 1e6, 1, StreamAsync, direct, through, time);
    }

    private static async Task CompareAsync(
        string figure,
        double unit,
        int clients,
        ClientWork work,
        IPEndPoint direct,
        IPEndPoint through,
        TimeSpan time)
    {
        foreach (var (way, server) in new[] { ("direct", direct), ("mesh", through) })
        {
            await MeasureAsync(server, clients, work, TimeSpan.FromSeconds(1));
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var count = await MeasureAsync(server, clients, work, time);
            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                {"figure":"{{figure}}","way":"{{way}}","value":{{count / unit / time.TotalSeconds:0}},"cpu_us_each":{{cpu.TotalMicroseconds * unit / count:0.00}}}
                """));
        }
    }

    private static async Task<double> MeasureAsync(IPEndPoint server, int clients, ClientWork work, TimeSpan time)
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

    private static async Task AskAsync(IPEndPoint server, Counter counter, CancellationToken stop)
    {
        using var socket = await OpenAsync(server);
        var buffer = new byte[MessageBytes];
        while (!stop.IsCancellationRequested)
        {
            await EchoAsync(socket, buffer);
            counter.Add(1);
        }
    }

    private static async Task ConnectAsync(IPEndPoint server, Counter counter, CancellationToken stop)
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
    private static async Task StreamAsync(IPEndPoint server, Counter counter, CancellationToken stop)
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

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed class Counter
    {
        private long _value;

        public double Value => Volatile.Read(ref _value);

        public void Add(int count) => Interlocked.Add(ref _value, count);
    }
}
