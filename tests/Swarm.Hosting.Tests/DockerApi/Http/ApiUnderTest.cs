using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi;

/// <summary>The API on a unix socket of its own, with a fake node behind it.</summary>
internal sealed class ApiUnderTest : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-api-");

    private ApiUnderTest(FakeSwarmNode node, DockerApiOptions options, Action<DockerRouter>? addRoutes)
    {
        Node = node;
        var router = DockerRoutesUnderTest.Create();
        addRoutes?.Invoke(router);
        var api = new DockerEngineApi(
            node, router, options, TimeProvider.System, NullLogger<DockerEngineApi>.Instance);
        Server = new DockerApiServer(api, NullLoggerFactory.Instance);
        SocketPath = Path.Combine(_folder.FullName, "api.sock");
        Client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync })
        {
            BaseAddress = new Uri("http://docker/"),
        };
    }

    public FakeSwarmNode Node { get; }

    public DockerApiServer Server { get; }

    public HttpClient Client { get; }

    public string SocketPath { get; }

    public static async Task<ApiUnderTest> StartAsync(
        FakeSwarmNode? node = null, DockerApiOptions? options = null, Action<DockerRouter>? addRoutes = null)
    {
        var api = new ApiUnderTest(node ?? new FakeSwarmNode(), options ?? new DockerApiOptions(), addRoutes);
        await api.Server.StartAsync([DockerApiAddress.Parse($"unix://{api.SocketPath}")], CancellationToken.None);
        return api;
    }

    public async Task<Answer> GetAsync(string path) => await Answer.ReadAsync(await Client.GetAsync(path));

    public async Task<Answer> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        return await Answer.ReadAsync(await Client.SendAsync(request));
    }

    public Task<Answer> PostAsync(string path, string json) => PostAsync(path, Encoding.UTF8.GetBytes(json));

    public async Task<Answer> PostAsync(string path, byte[] body, string? contentType = "application/json")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return await Answer.ReadAsync(await Client.PostAsync(path, content));
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct) =>
        new NetworkStream(await ConnectAsync(), ownsSocket: true);
}

/// <summary>An answer, read to its end.</summary>
internal sealed record Answer(int Status, string Body, HttpResponseMessage Response)
{
    public string? ContentType => Response.Content.Headers.TryGetValues("Content-Type", out var values) ? values.Single() : null;

    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Message => (string)Json["message"]!;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);

    public string Header(string name) => Assert.Single(Response.Headers.GetValues(name));
}

/// <summary>The routes of the engine, the swarm and its nodes, without those that need more than a fake.</summary>
internal static class DockerRoutesUnderTest
{
    public static DockerRouter Create()
    {
        var router = new DockerRouter();
        PingEndpoints.Map(router);
        SystemEndpoints.Map(router);
        SwarmEndpoints.Map(router);
        NodeEndpoints.Map(router);
        SecretEndpoints.Map(router);
        ConfigEndpoints.Map(router);
        NetworkEndpoints.Map(router);
        AbsentEndpoints.Map(router);
        return router;
    }
}
