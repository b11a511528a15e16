using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.Nodes;

/// <summary>A generic host with a swarm in it, in a directory of its own.</summary>
internal sealed class SwarmHostUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static int _hosts;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-host-");

    private SwarmHostUnderTest(Action<IServiceCollection> configure, IEnumerable<(string Key, string? Value)> settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["Swarm:DataDirectory"] = Path.Combine(_folder.FullName, "data");
        builder.Configuration["Swarm:ListenAddress"] = $"{NextLoopbackAddress()}:2377";
        builder.Configuration["Swarm:AdvertiseAddress"] = "127.0.0.1";
        builder.Configuration["Swarm:NodeName"] = "manager-1";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        configure(builder.Services);
        Host = builder.Build();
    }

    public IHost Host { get; }

    public ISwarmClient Client => Host.Services.GetRequiredService<ISwarmClient>();

    public SwarmNode Node => Host.Services.GetRequiredService<SwarmNode>();

    /// <summary>An address of this machine that no other host of this or another test run uses.</summary>
    private static string NextLoopbackAddress()
    {
        var number = Interlocked.Increment(ref _hosts);
        return $"127.{20 + (Environment.ProcessId % 200)}.{number / 250}.{1 + (number % 250)}";
    }

    /// <summary>Starts a host whose swarm is of the given parts.</summary>
    public static async Task<SwarmHostUnderTest> StartAsync(Action<IServiceCollection> configure)
    {
        var host = Build(configure);
        try
        {
            await host.Host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Builds a host that is not started, with more settings than the least it needs.</summary>
    public static SwarmHostUnderTest Build(
        Action<IServiceCollection> configure,
        params IEnumerable<(string Key, string? Value)> settings) => new(configure, settings);

    public static ServiceSpec Spec(string name, long replicas = 1) => new()
    {
        Name = name,
        Mode = new ReplicatedMode(replicas),
        TaskTemplate = new TaskSpec
        {
            Workload = new ContainerSpec { Image = "any:1", StopGracePeriod = TimeSpan.FromSeconds(1) },
            Restart = new RestartPolicy { Delay = TimeSpan.Zero, Condition = RestartCondition.None },
        },
        Update = new UpdatePolicy { Monitor = TimeSpan.FromMilliseconds(50) },
    };

    public async Task<List<SwarmTask>> TasksAsync(ServiceId? service = null)
    {
        var tasks = new List<SwarmTask>();
        await foreach (var task in Client.Tasks.ListAsync(new TaskQuery(ServiceId: service)))
        {
            tasks.Add(task);
        }

        return tasks;
    }

    public async Task<List<Node>> NodesAsync()
    {
        var nodes = new List<Node>();
        await foreach (var node in Client.Nodes.ListAsync())
        {
            nodes.Add(node);
        }

        return nodes;
    }

    /// <summary>Waits until the tasks of a service are as wanted.</summary>
    public Task<List<SwarmTask>> TasksBecomeAsync(ServiceId service, Func<List<SwarmTask>, bool> wanted) =>
        BecomesAsync(() => TasksAsync(service), wanted, tasks => string.Join(
            "; ", tasks.Select(task => $"{task.Status.State} ({task.DesiredState}) {task.Status.Error}")));

    /// <summary>Waits until so many tasks of a service run.</summary>
    public Task RunAsync(ServiceId service, int count) => TasksBecomeAsync(
        service, tasks => tasks.Count(task => task.Status.State == TaskState.Running) == count);

    public async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)Host).DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted, Func<T, string> describe)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
            {
                return answer;
            }

            Assert.False(limit.IsCancellationRequested, $"last seen: {describe(answer)}");
            await Task.Delay(10);
        }
    }
}
