using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Swarm.Dashboard.Tests.Server;

/// <summary>The dashboard with a real manager, among the endpoints of a host.</summary>
public sealed class HostTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_host_shows_the_swarm_that_it_runs()
    {
        var folder = Directory.CreateTempSubdirectory("swarm-dashboard-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddSwarmManager(options =>
            {
                options.NodeName = "manager-1";
                options.DataDirectory = folder.FullName;
                options.ListenAddress = $"127.{10 + (Environment.ProcessId % 200)}.7.1:2377";
                options.AdvertiseAddress = "127.0.0.1";
            })
            .UseInMemoryExecutor();
        await using var app = builder.Build();
        app.MapSwarmDashboard("/ops/swarm");
        using var patience = new CancellationTokenSource(Limit);
        await app.StartAsync(patience.Token);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(app.Urls.First()),
        };
        var swarm = app.Services.GetRequiredService<ISwarmClient>();
        var service = await swarm.Services.CreateAsync(new ServiceSpec
        {
            Name = "web",
            Mode = new ReplicatedMode(2),
            TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "web:1" } },
        });

        using var redirect = await http.GetAsync(new Uri("/ops/swarm", UriKind.Relative), patience.Token);
        Assert.Equal(HttpStatusCode.Redirect, redirect.StatusCode);
        Assert.Equal("/ops/swarm/", redirect.Headers.Location?.OriginalString);
        Assert.Contains("<div id=\"app\">", await http.GetStringAsync(new Uri("/ops/swarm/", UriKind.Relative)), StringComparison.Ordinal);
        JsonElement snapshot;
        do
        {
            snapshot = JsonDocument.Parse(
                await http.GetStringAsync(new Uri("/ops/swarm/api/snapshot", UriKind.Relative), patience.Token)).RootElement;
        }
        while (snapshot.GetProperty("tasks").EnumerateArray().Count(task => task.GetProperty("state").GetString() == "running") < 2);

        Assert.Equal(service.Id.Value, snapshot.GetProperty("services")[0].GetProperty("id").GetString());
        Assert.Equal("manager-1", snapshot.GetProperty("nodes")[0].GetProperty("name").GetString());
        var status = snapshot.GetProperty("status");
        Assert.Equal(status.GetProperty("self").GetString(), status.GetProperty("leader").GetString());
        Assert.True(status.GetProperty("managers")[0].GetProperty("reachable").GetBoolean());
        await app.StopAsync(patience.Token);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_host_without_a_manager_is_told_so()
    {
        using var app = WebApplication.CreateSlimBuilder().Build();

        var error = Assert.Throws<InvalidOperationException>(() => app.MapSwarmDashboard());

        Assert.Contains("AddSwarmManager", error.Message, StringComparison.Ordinal);
    }
}
