using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Swarm.Dashboard.Tests.Page;

/// <summary>A real manager with its dashboard, one of several in this process.</summary>
internal sealed class ManagerUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IHost _host;

    private ManagerUnderTest(string folder, int number, string dashboard, ManagerUnderTest? first, string token)
    {
        Name = $"manager-{number}";
        Address = $"127.{10 + (Environment.ProcessId % 200)}.8.{number}:2377";
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services
            .AddSwarmManager(options =>
            {
                options.NodeName = Name;
                options.DataDirectory = Path.Combine(folder, Name);
                options.ListenAddress = Address;
                options.AdvertiseAddress = Address.Split(':')[0];
                options.HeartbeatPeriod = TimeSpan.FromSeconds(1);
                if (first is not null)
                {
                    (options.JoinAddress, options.JoinToken) = (first.Address, token);
                }
            })
            .UseInMemoryExecutor();
        builder.Services.AddSwarmDashboard(options => options.Endpoint = dashboard);
        _host = builder.Build();
    }

    public string Name { get; }

    public string Address { get; }

    public Uri Dashboard => _host.Services.GetRequiredService<IDashboardAddress>().Address!;

    public ISwarmClient Swarm => _host.Services.GetRequiredService<ISwarmClient>();

    /// <summary>Starts a manager; one without a first one makes a swarm, or is in one already.</summary>
    /// <param name="folder">Where all of them keep what they have.</param>
    /// <param name="number">Which one.</param>
    /// <param name="dashboard">Where its dashboard is.</param>
    /// <param name="first">The manager to join.</param>
    public static async Task<ManagerUnderTest> StartAsync(
        string folder,
        int number,
        string dashboard = "http://127.0.0.1:0",
        ManagerUnderTest? first = null)
    {
        var token = first is null ? "" : (await first.Swarm.Cluster.GetAsync()).RootCa.ManagerJoinToken;
        var manager = new ManagerUnderTest(folder, number, dashboard, first, token);
        using var limit = new CancellationTokenSource(Patience);
        await manager._host.StartAsync(limit.Token);
        return manager;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
