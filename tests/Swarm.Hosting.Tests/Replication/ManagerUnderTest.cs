using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Swarm.Hosting.Nodes;
using Swarm.Secrets;

namespace Swarm.Hosting.Tests.Replication;

/// <summary>A manager in this process that can be stopped and started again on its directory, there or elsewhere.</summary>
internal sealed class ManagerUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static int _managers;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-manager-");
    private IHost? _host;

    private ManagerUnderTest(string name) => (Name, Address) = (name, NextLoopbackAddress());

    /// <summary>Its host name.</summary>
    public string Name { get; }

    /// <summary>Where it is reached the next time it starts.</summary>
    public string Address { get; set; }

    /// <summary>Its data directory.</summary>
    public string DataDirectory => Path.Combine(_folder.FullName, "data");

    public SwarmNode Node => _host!.Services.GetRequiredService<SwarmNode>();

    public SwarmBackup Backup => _host!.Services.GetRequiredService<SwarmBackup>();

    /// <summary>What opens the values of secrets.</summary>
    public IKeyProvider Keys => _host!.Services.GetRequiredService<IKeyProvider>();

    public ISwarmClient Client => Node.Client;

    /// <summary>A manager that is in no swarm.</summary>
    public static async Task<ManagerUnderTest> StartAsync(string name)
    {
        var manager = new ManagerUnderTest(name);
        await manager.StartAsync();
        return manager;
    }

    /// <summary>Managers of one swarm; the first one leads it.</summary>
    public static async Task<ManagerUnderTest[]> FormAsync(int count)
    {
        var managers = new List<ManagerUnderTest>();
        while (managers.Count < count)
        {
            managers.Add(await StartAsync($"m{managers.Count}"));
        }

        await managers[0].Node.InitAsync(managers[0].Init(), CancellationToken.None);
        foreach (var other in managers.Skip(1))
        {
            await other.JoinAsync(managers[0]);
        }

        return [.. managers];
    }

    /// <summary>Joins the swarm of another one as a manager.</summary>
    public async Task JoinAsync(ManagerUnderTest through) => await Node.JoinAsync(
        new SwarmJoinRequest(
            $"{Address}:2377",
            Address,
            "",
            [$"{through.Address}:2377"],
            (await through.Client.Cluster.GetAsync()).RootCa.ManagerJoinToken,
            NodeAvailability.Active),
        CancellationToken.None);

    /// <summary>Goes on alone.</summary>
    public Task<NodeId> ForceNewClusterAsync() => Node.InitAsync(
        Init() with { ForceNewCluster = true, ListenAddress = NewSwarm.DefaultListenAddress, AdvertiseAddress = "" },
        CancellationToken.None);

    public async Task StartAsync()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["Swarm:DataDirectory"] = DataDirectory;
        builder.Configuration["Swarm:ListenAddress"] = $"{Address}:2377";
        builder.Configuration["Swarm:AdvertiseAddress"] = Address;
        builder.Configuration["Swarm:NodeName"] = Name;
        builder.Configuration["Swarm:InitializeOnStart"] = "false";
        builder.Services.AddSwarmManager().UseInMemoryExecutor();
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task StopAsync()
    {
        if (_host is { } host)
        {
            _host = null;
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    public Task<Config> AddConfigAsync(string name, int bytes = 10) => Client.Configs.CreateAsync(new ConfigSpec
    {
        Name = name,
        Data = ValueList.Create<byte>(new byte[bytes]),
    });

    public async Task<string[]> ConfigsAsync()
    {
        var names = new List<string>();
        await foreach (var config in Client.Configs.ListAsync())
        {
            names.Add(config.Spec.Name);
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    public async Task<Swarm.Node[]> NodesAsync()
    {
        var nodes = new List<Swarm.Node>();
        await foreach (var node in Client.Nodes.ListAsync())
        {
            nodes.Add(node);
        }

        return [.. nodes];
    }

    /// <summary>Waits until an answer is as wanted; a manager that has no answer yet is asked again.</summary>
    public static async Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var last = "";
            try
            {
                var answer = await ask();
                if (wanted(answer))
                {
                    return answer;
                }

                last = answer is IEnumerable<object> several ? string.Join('\n', several) : answer?.ToString();
            }
            catch (SwarmException exception) when (
                exception.Code is SwarmErrorCode.Unavailable or SwarmErrorCode.NoLeader)
            {
                last = exception.Message;
            }

            Assert.False(limit.IsCancellationRequested, $"last seen: {last}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>An address of this machine that nobody else of this or another test run uses.</summary>
    public static string NextLoopbackAddress()
    {
        var number = Interlocked.Increment(ref _managers);
        return $"127.{20 + (Environment.ProcessId % 200)}.{128 + (number / 250)}.{1 + (number % 250)}";
    }

    private SwarmInitRequest Init() => new(
        $"{Address}:2377",
        Address,
        "",
        0,
        ForceNewCluster: false,
        new ClusterSpec(),
        AutoLock: false,
        NodeAvailability.Active,
        default,
        0);
}
