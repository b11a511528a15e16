using System.Diagnostics;
using System.Globalization;
using System.Net;
using Swarm.Net;

namespace Swarm.Benchmarks.Routing;

/// <summary>
/// The user-space data plane beside HAProxy and nginx, each a process of its own with two threads or workers, in turns
/// on loopback. Of each: what gets done per second, and the CPU time of the balancer alone for each of it; the kernel's
/// own, where nftables balances, is not in it.
/// </summary>
internal static class PeersMacro
{
    private const int Rounds = 3;

    private static readonly (string Figure, double Unit, int Clients, MeshClients.ClientWork Work)[] Figures =
    [
        ("requests_per_s", 1, MeshClients.Clients, MeshClients.AskAsync),
        ("connections_per_s", 1, MeshClients.Clients, MeshClients.ConnectAsync),
        ("bulk_mb_per_s", 1e6, 1, MeshClients.StreamAsync),
    ];

    public static async Task RunAsync(string[] options)
    {
        var time = TimeSpan.FromSeconds(options is ["quick"] ? 1 : 4);
        await using var backends = new EchoBackends(3);
        var ports = backends.All.Select(backend => backend.Port).ToArray();
        var balancers = new List<Balancer>();
        try
        {
            // The second one is what systems without epoll have.
            balancers.Add(Balancer.Swarm("swarm", "userspace", ports));
            balancers.Add(Balancer.Swarm("swarm-portable", "portable", ports));
            if (await NftablesDataplane.FindObstacleAsync() is not { } obstacle)
            {
                balancers.Add(Balancer.Swarm("swarm-nftables", "nftables", ports));
            }
            else
            {
                await Console.Error.WriteLineAsync($"{obstacle}; nftables is left out");
            }

            balancers.AddRange(new[] { Balancer.HaProxy(ports), Balancer.Nginx(ports) }.OfType<Balancer>());
            foreach (var balancer in balancers)
            {
                await balancer.ReadyAsync();
            }

            foreach (var (figure, unit, clients, work) in Figures)
            {
                await CompareAsync(figure, unit, clients, work, balancers, new(IPAddress.Loopback, ports[0]), time);
            }
        }
        finally
        {
            balancers.ForEach(balancer => balancer.Dispose());
        }
    }

    /// <summary>The data plane as a process of its own: until its input ends.</summary>
    public static async Task ServeAsync(string kind, string port, IEnumerable<string> backends)
    {
        await using IDataplane plane = kind switch
        {
            "nftables" => new NftablesDataplane(new NftablesOptions { Table = "swarm_benchmark" }),
            "portable" => new UserspaceDataplane(new UserspaceOptions { EventLoops = 0 }),
            _ => new UserspaceDataplane(),
        };
        var frontend = new Frontend(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        await plane.ApplyAsync(
            new MeshState([new(frontend, [.. backends.Select(text =>
                new Backend(IPAddress.Loopback, int.Parse(text, CultureInfo.InvariantCulture)))])]),
            default);
        await Console.In.ReadToEndAsync();
    }

    private static async Task CompareAsync(
        string figure,
        double unit,
        int clients,
        MeshClients.ClientWork work,
        List<Balancer> balancers,
        IPEndPoint direct,
        TimeSpan time)
    {
        var results = new Dictionary<string, List<(double Rate, double Cpu)>>();
        for (var round = 0; round < Rounds; round++)
        {
            await MeasureAsync("direct", direct, () => TimeSpan.Zero);
            foreach (var balancer in balancers)
            {
                await MeasureAsync(balancer.Name, balancer.EndPoint, balancer.CpuTime);
            }
        }

        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        foreach (var (way, rounds) in results)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                {"figure":"peers.{{figure}}","way":"{{way}}","value":{{Median(rounds.Select(item => item.Rate)):0}},"balancer_cpu_us_each":{{Median(rounds.Select(item => item.Cpu)):0.00}},"rounds":{{Rounds}},"load":{{load}}}
                """));
        }

        async Task MeasureAsync(string way, IPEndPoint server, Func<TimeSpan> cpuTime)
        {
            await MeshClients.MeasureAsync(server, clients, work, time / 4);
            var before = cpuTime();
            var count = await MeshClients.MeasureAsync(server, clients, work, time);
            var cpu = (cpuTime() - before).TotalMicroseconds * unit / count;
            if (!results.TryGetValue(way, out var known))
            {
                results.Add(way, known = []);
            }

            known.Add((count / unit / time.TotalSeconds, cpu));
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    /// <summary>A balancer as a process.</summary>
    private sealed class Balancer(string name, int port, Process process, string? directory) : IDisposable
    {
        private const double TicksPerSecond = 100;

        public string Name => name;

        public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, port);

        public static Balancer Swarm(string name, string plane, int[] backends)
        {
            var port = MeshMacro.FreePort();
            return new(
                name,
                port,
                Start(
                    "dotnet",
                    [typeof(PeersMacro).Assembly.Location, "macro", "mesh-serve", plane, $"{port}", .. backends.Select(item => $"{item}")]),
                directory: null);
        }

        public static Balancer? HaProxy(int[] backends)
        {
            var port = MeshMacro.FreePort();
            var servers = backends.Select((item, i) => $"  server s{i} 127.0.0.1:{item}");
            return StartWith("haproxy", "/usr/sbin/haproxy", ["-db", "-f"], port, $"""
                global
                  nbthread 2
                  maxconn 4000
                defaults
                  mode tcp
                  timeout connect 3s
                  timeout client 1h
                  timeout server 1h
                  option splice-auto
                listen all
                  bind 127.0.0.1:{port}
                  balance roundrobin
                {string.Join('\n', servers)}

                """);
        }

        public static Balancer? Nginx(int[] backends)
        {
            var port = MeshMacro.FreePort();
            var servers = string.Concat(backends.Select(item => $"server 127.0.0.1:{item};"));
            return StartWith("nginx", "/usr/sbin/nginx", ["-g", "daemon off;", "-c"], port, $$"""
                load_module /usr/lib/nginx/modules/ngx_stream_module.so;
                worker_processes 2;
                error_log /dev/null;
                pid nginx.pid;
                events { worker_connections 4000; }
                stream {
                  upstream all { {{servers}} }
                  server { listen 127.0.0.1:{{port}} reuseport; proxy_pass all; tcp_nodelay on; }
                }

                """);
        }

        public async Task ReadyAsync()
        {
            while (true)
            {
                try
                {
                    using var client = new System.Net.Sockets.TcpClient();
                    await client.ConnectAsync(EndPoint);
                    return;
                }
                catch (System.Net.Sockets.SocketException) when (!process.HasExited)
                {
                    await Task.Delay(50);
                }
            }
        }

        /// <summary>CPU time of the process and its children.</summary>
        public TimeSpan CpuTime()
        {
            var ticks = Directory.GetDirectories("/proc")
                .Select(path => Path.GetFileName(path))
                .Where(text => char.IsAsciiDigit(text[0]))
                .Sum(text => TicksOf(text, process.Id));
            return TimeSpan.FromSeconds(ticks / TicksPerSecond);
        }

        public void Dispose()
        {
            // Ours ends with its input, and takes its table with it.
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(2)))
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
            if (directory is not null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        private static long TicksOf(string id, int root)
        {
            try
            {
                var text = File.ReadAllText($"/proc/{id}/stat");
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                var isOwn = id == root.ToString(CultureInfo.InvariantCulture)
                    || fields[1] == root.ToString(CultureInfo.InvariantCulture);
                return isOwn
                    ? long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)
                    : 0;
            }
            catch (IOException)
            {
                return 0;
            }
        }

        private static Balancer? StartWith(string name, string program, string[] arguments, int port, string configuration)
        {
            if (!File.Exists(program))
            {
                Console.Error.WriteLine($"{program} is not installed and is left out");
                return null;
            }

            var directory = Directory.CreateTempSubdirectory("swarm-peer-").FullName;
            var file = Path.Combine(directory, $"{name}.conf");
            File.WriteAllText(file, configuration.Replace("pid nginx.pid", $"pid {directory}/nginx.pid", StringComparison.Ordinal));
            return new(name, port, Start(program, [.. arguments, file]), directory);
        }

        private static Process Start(string program, string[] arguments)
        {
            var start = new ProcessStartInfo(program) { RedirectStandardInput = true, UseShellExecute = false };
            foreach (var argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }

            return Process.Start(start)!;
        }
    }
}
