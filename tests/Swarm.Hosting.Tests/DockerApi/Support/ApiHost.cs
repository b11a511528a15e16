using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Control;
using Swarm.Execution;
using Swarm.Hosting.DockerApi;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Hosting.Tests.DockerApi.Support;

/// <summary>The API over a real socket, before the real control API and an in-memory store.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly DockerApiServer _server;

    private ApiHost(TimeProvider time)
    {
        Store = new ClusterStore(new InProcessProposer(), time);
        Client = new SwarmClient(
            Store,
            new RandomIdGenerator(new Random(7)),
            time,
            bytes => new Random(7).NextBytes(bytes),
            (_, _, options, cancellationToken) => Logs(options, cancellationToken),
            _ => null);
        Node = new FakeNode(Client) { Containers = Containers };
        var router = new DockerRouter();
        ServiceEndpoints.Map(router, new Random(7));
        TaskEndpoints.Map(router);
        LogEndpoints.Map(router);
        EventEndpoints.Map(router, Events, time);
        SecretEndpoints.Map(router);
        ConfigEndpoints.Map(router);
        NetworkEndpoints.Map(router);
        ContainerEndpoints.Map(router, Events, time);
        var api = new DockerEngineApi(
            Node,
            router,
            new DockerApiOptions(),
            time,
            NullLogger<DockerEngineApi>.Instance);
        _server = new DockerApiServer(api, NullLoggerFactory.Instance);
    }

    public ClusterStore Store { get; }

    public SwarmClient Client { get; }

    public FakeNode Node { get; }

    public FakeContainers Containers { get; } = new();

    public EventHistory Events { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    /// <summary>What reading any output gives.</summary>
    public Func<LogOptions, CancellationToken, IAsyncEnumerable<TaskLogLine>> Logs { get; set; } =
        (_, _) => AsyncEnumerable.Empty<TaskLogLine>();

    public static async Task<ApiHost> StartAsync(TimeProvider? time = null)
    {
        var host = new ApiHost(time ?? TimeProvider.System);
        await host.Store.UpdateAsync(t => t.Create(PredefinedNetworks.CreateIngress(new RandomIdGenerator())));
        await host._server.StartAsync([new(null, new IPEndPoint(IPAddress.Loopback, 0))], default);
        host.Http = new HttpClient { BaseAddress = new Uri($"http://{host._server.Addresses[0].EndPoint}/v1.41/") };
        return host;
    }

    public async Task<(int Status, JsonNode? Body)> SendAsync(
        string method,
        string path,
        string? json = null,
        string? registryAuth = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (registryAuth is not null)
        {
            request.Headers.Add("X-Registry-Auth", registryAuth);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var (status, body) = await SendAsync("GET", path);
        Assert.True(status == 200, $"{status} {body?.ToJsonString()}");
        return body!;
    }

    public async Task<string> CreateAsync(string name, string more = "")
    {
        var (status, body) = await SendAsync("POST", "services/create", Spec(name, more));
        Assert.True(status == 201, $"{status} {body?.ToJsonString()}");
        return body!["ID"]!.GetValue<string>();
    }

    public static string Spec(string name, string more = "") =>
        $$$"""{"Name":"{{{name}}}","TaskTemplate":{"ContainerSpec":{"Image":"i:1"}}{{{more}}}}""";

    public async Task<SwarmTask> AddTaskAsync(SwarmTask task) => await Store.UpdateAsync(t => t.Create(task));

    public static string Filter(string json) => "filters=" + Uri.EscapeDataString(json);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        Store.Dispose();
    }
}
