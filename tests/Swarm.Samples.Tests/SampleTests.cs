using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Swarm.Samples.Tests;

/// <summary>Every sample does what the comment at its top says.</summary>
public sealed class SampleTests : IDisposable
{
    private static int _addresses;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-sample-");

    private string Folder => _folder.FullName;

    [Fact]
    public async Task Quickstart_shows_a_service_converge_and_ends_when_it_is_interrupted()
    {
        await using var sample = Start("Quickstart", "--urls", $"http://{NextAddress()}:5080");
        await sample.WritesAsync("3 of 3 run, converged");
        await sample.WritesAsync("docker -H unix://");
        Assert.Equal(0, await sample.StopAsync());
    }

    [Fact]
    public async Task MinimalHost_is_a_swarm_with_a_page_in_the_browser()
    {
        var address = NextAddress();
        await using var sample = Start("MinimalHost", "--urls", $"http://{address}:5081");
        await sample.WritesAsync("The swarm is up");

        using var http = new HttpClient();
        Assert.Contains("<html", await http.GetStringAsync(new Uri($"http://{address}:5081/swarm/")));
        Assert.Equal(0, await sample.StopAsync());
    }

    [Fact]
    public async Task SchedulerOnly_places_what_fits_and_says_why_the_rest_does_not()
    {
        await using var sample = Start("SchedulerOnly");
        Assert.Equal(0, await sample.EndsAsync());
        await sample.WritesAsync("web.4 -> ");
        await sample.WritesAsync("db.1: no suitable node (");
        await sample.WritesAsync("batch.1: no suitable node (insufficient resources on 3 nodes; in maintenance on 1 node(s))");
        Assert.DoesNotContain("rome-2", sample.Output);
    }

    [Fact]
    public async Task MeshOnly_hands_connections_to_its_back_ends_until_they_drain()
    {
        using var backend = new TcpListener(IPAddress.Loopback, 0);
        backend.Start();
        var frontend = IPEndPoint.Parse($"{NextAddress()}:8080");
        await using var sample = Start("MeshOnly", $"{frontend}", $"{backend.LocalEndpoint}");
        await sample.WritesAsync("Enter drains");

        using var client = new TcpClient();
        await client.ConnectAsync(frontend);
        using var accepted = await backend.AcceptTcpClientAsync();
        await sample.TypeAsync("");
        await sample.WritesAsync("Draining: 1 open, 1 in all");
        Assert.Equal(0, await sample.EndsAsync());
    }

    [Fact]
    public async Task StackDeploy_writes_only_what_a_second_deployment_changes()
    {
        await using var sample = Start("StackDeploy");
        Assert.Equal(0, await sample.EndsAsync());
        await sample.WritesAsync("build");
        await sample.WritesAsync("version 1: 3 created, 0 updated");
        await sample.WritesAsync("version 2: 0 created, 1 updated");
        await sample.WritesAsync("shop_web: 5 of 5 run");
    }

    [Fact]
    public async Task ThreeNodes_keep_a_service_when_their_leader_is_killed()
    {
        var network = $"127.{20 + (Environment.ProcessId % 200)}.6";
        await using var sample = Start("ThreeNodes", network);
        await sample.WritesAsync($"killing {network}.1, which leads");
        await sample.WritesAsync("leads now, and the service is whole again");
        Assert.Equal(0, await sample.EndsAsync());
    }

    [Fact]
    public async Task RaftCounter_counts_on_from_where_it_was()
    {
        await using (var sample = Start("RaftCounter"))
        {
            await sample.WritesAsync(": 2");
            Assert.Equal(0, await sample.StopAsync());
        }

        await using var again = Start("RaftCounter");
        await again.WritesAsync(": 3");
        Assert.Equal(0, await again.StopAsync());
    }

    [Fact]
    public async Task DockerWorkers_prints_the_line_for_docker_engines_and_offers_them_a_task()
    {
        var address = NextAddress();
        await using var sample = Start("DockerWorkers", address, Folder);
        await sample.WritesAsync("docker swarm join --token SWMTKN-1-");
        await sample.WritesAsync($"{address}:2377");

        // A worker of ours stands in for the engine, which tests/Swarm.Interop.Tests takes for the same.
        var token = sample.Output.Split("--token ")[1].Split(' ')[0];
        using var worker = Worker($"{address}:2377", token);
        await worker.StartAsync();
        await sample.WritesAsync(": Running");
        await worker.StopAsync();
        Assert.Equal(0, await sample.StopAsync());
    }

    [Theory]
    [InlineData("CustomExecutor", "delegates", "greeter:1")]
    [InlineData("JoinDockerSwarm", "processes", "clock:1")]
    public async Task Workers_join_a_swarm_and_run_what_it_gives_them(string name, string hostname, string image)
    {
        using var manager = Manager($"{NextAddress()}:2377", out var address);
        await manager.StartAsync();
        var swarm = manager.Services.GetRequiredService<ISwarmClient>();
        var token = (await swarm.Cluster.GetAsync()).RootCa.WorkerJoinToken;

        await using var sample = Start(name, address, token, Path.Combine(Folder, "worker"));
        var service = await swarm.Services.CreateAsync(new ServiceSpec
        {
            Name = "sample",
            Mode = new ReplicatedMode(2),
            TaskTemplate = new TaskSpec
            {
                Workload = new ContainerSpec { Image = image },
                Placement = new Placement { Constraints = [$"node.hostname == {hostname}"] },
            },
        });
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var _ in swarm.Services.WaitUntilConvergedAsync(service.Id, limit.Token))
        {
            // Until there is no more.
        }

        await manager.StopAsync();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>An address of this machine that no other program of this or another test run uses.</summary>
    private static string NextAddress() =>
        $"127.{20 + (Environment.ProcessId % 200)}.7.{Interlocked.Increment(ref _addresses)}";

    private SampleProcess Start(string sample, params string[] arguments) =>
        SampleProcess.Start(sample, Folder, NextAddress(), arguments);

    private IHost Manager(string listen, out string address)
    {
        address = listen;
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services
            .AddSwarmManager(options =>
                (options.ListenAddress, options.DataDirectory) = (listen, Path.Combine(Folder, "manager")))
            .UseInMemoryExecutor();
        return builder.Build();
    }

    private IHost Worker(string manager, string token)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services
            .AddSwarmWorker(options =>
            {
                (options.JoinAddress, options.JoinToken) = (manager, token);
                options.DataDirectory = Path.Combine(Folder, "worker");
            })
            .UseInMemoryExecutor();
        return builder.Build();
    }
}
