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
        await CompareAsync("mesh.requests_per_s", 1, MeshClients.Clients, MeshClients.AskAsync, direct, through, time);
        await CompareAsync("mesh.connections_per_s", 1, MeshClients.Clients, MeshClients.ConnectAsync, direct, through, time);
        await CompareAsync("mesh.bulk_mb_per_s", 1e6, 1, MeshClients.StreamAsync, direct, through, time);
    }

    private static async Task CompareAsync(
        string figure,
        double unit,
        int clients,
        MeshClients.ClientWork work,
        IPEndPoint direct,
        IPEndPoint through,
        TimeSpan time)
    {
        foreach (var (way, server) in new[] { ("direct", direct), ("mesh", through) })
        {
            await MeshClients.MeasureAsync(server, clients, work, TimeSpan.FromSeconds(1));
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var count = await MeshClients.MeasureAsync(server, clients, work, time);
            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                {"figure":"{{figure}}","way":"{{way}}","value":{{count / unit / time.TotalSeconds:0}},"cpu_us_each":{{cpu.TotalMicroseconds * unit / count:0.00}}}
                """));
        }
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
