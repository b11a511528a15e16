using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Swarm.Control;

namespace Swarm.Dashboard.Tests;

/// <summary>A dashboard at a port of its own over a fake swarm.</summary>
internal sealed class DashboardUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly IHost _host;
    private readonly CancellationTokenSource _limit = new(Limit);

    private DashboardUnderTest(FakeSwarm swarm, Action<DashboardOptions>? configure, string endpoint)
    {
        Swarm = swarm;
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<ISwarmWindow>(swarm);
        builder.Services.AddSingleton(swarm.Client);
        builder.Services.AddSwarmDashboard(options =>
        {
            options.Endpoint = endpoint;
            configure?.Invoke(options);
        });
        _host = builder.Build();
    }

    public FakeSwarm Swarm { get; }

    public Uri Address => _host.Services.GetRequiredService<IDashboardAddress>().Address!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Ends waits of a test that would not end.</summary>
    public CancellationToken Patience => _limit.Token;

    public static async Task<DashboardUnderTest> StartAsync(
        FakeSwarm? swarm = null,
        Action<DashboardOptions>? configure = null,
        string endpoint = "http://127.0.0.1:0")
    {
        var dashboard = new DashboardUnderTest(swarm ?? new FakeSwarm(), configure, endpoint);
        await dashboard._host.StartAsync();
        dashboard.Http = new HttpClient { BaseAddress = dashboard.Address };
        return dashboard;
    }

    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), Patience);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Patience)).RootElement;
    }

    public async Task<HttpStatusCode> GetStatusAsync(string path)
    {
        using var response = await Http.GetAsync(
            new Uri(path, UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead,
            Patience);
        return response.StatusCode;
    }

    /// <summary>Opens a stream of events.</summary>
    /// <param name="path">Where.</param>
    /// <param name="lastEventId">What a browser sends that comes back.</param>
    public async Task<StreamReaderUnderTest> OpenAsync(string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Patience);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new StreamReaderUnderTest(response, await response.Content.ReadAsStreamAsync(Patience), Patience);
    }

    public async Task StopAsync() => await _host.StopAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }

        Swarm.Dispose();
        _limit.Dispose();
    }
}
