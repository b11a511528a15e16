using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.DockerApi;

public sealed class DockerApiServerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-api-");

    private string SocketPath => Path.Combine(_folder.FullName, "a.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableFact]
    public async Task The_socket_is_for_owner_and_group_and_goes_with_the_server()
    {
        Skip.If(OperatingSystem.IsWindows(), "no file modes");
        await using var server = CreateServer();
        await server.StartAsync([DockerApiAddress.Parse($"unix://{SocketPath}")], default);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            new FileInfo(SocketPath).UnixFileMode);
        await server.StopAsync(default);
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task A_socket_left_behind_is_replaced()
    {
        LeaveSocketBehind();
        Assert.True(File.Exists(SocketPath));
        await using var server = CreateServer();
        await server.StartAsync([DockerApiAddress.Parse($"unix://{SocketPath}")], default);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
    }

    [Fact]
    public async Task A_socket_in_use_and_another_kind_of_file_are_left_alone()
    {
        var address = DockerApiAddress.Parse($"unix://{SocketPath}");
        await using var first = CreateServer();
        await first.StartAsync([address], default);
        await using var second = CreateServer();
        await Assert.ThrowsAsync<IOException>(() => second.StartAsync([address], default));
        Assert.True(File.Exists(SocketPath));

        var file = Path.Combine(_folder.FullName, "precious.txt");
        await File.WriteAllTextAsync(file, "");
        await using var third = CreateServer();
        await Assert.ThrowsAsync<IOException>(() => third.StartAsync([DockerApiAddress.Parse($"unix://{file}")], default));
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task The_directory_of_the_socket_must_exist()
    {
        await using var server = CreateServer();
        var address = DockerApiAddress.Parse($"unix://{_folder.FullName}/no/a.sock");
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => server.StartAsync([address], default));
    }

    [Fact]
    public async Task Several_addresses_serve_the_same_api_and_port_0_becomes_a_real_one()
    {
        await using var server = CreateServer();
        await server.StartAsync(
            [DockerApiAddress.Parse($"unix://{SocketPath}"), DockerApiAddress.Parse("tcp://127.0.0.1:0")], default);
        var port = server.Addresses[1].EndPoint!.Port;
        Assert.NotEqual(0, port);
        using var client = new HttpClient();
        Assert.Equal("OK", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/_ping")));
    }

    [Fact]
    public async Task The_api_can_be_mapped_below_a_prefix_of_another_application()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<ISwarmNode>(new FakeSwarmNode().AsManager());
        builder.Services.AddSingleton(DockerRoutesUnderTest.Create());
        builder.Services.AddDockerApi();
        await using var app = builder.Build();
        app.MapGet("/hello", () => "hello");
        app.MapGroup("/docker").MapDockerApi();
        app.Map("/branch", branch => branch.RunDockerApi());
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("hello", await client.GetStringAsync("/hello"));
        Assert.Equal("OK", await client.GetStringAsync("/docker/_ping"));
        Assert.Equal("OK", await client.GetStringAsync("/branch/v1.41/_ping"));
        Assert.Contains("n1id", await client.GetStringAsync("/docker/v1.41/nodes/n1id"));
        using var unknown = await client.GetAsync("/docker/v1.41/nodes/");
        Assert.Equal("{\"message\":\"page not found\"}\n", await unknown.Content.ReadAsStringAsync());
    }

    private void LeaveSocketBehind()
    {
        // Moving the file away keeps the listener from deleting it when it closes.
        var elsewhere = Path.Combine(_folder.FullName, "b.sock");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(elsewhere));
        socket.Listen();
        File.Move(elsewhere, SocketPath);
    }

    private static DockerApiServer CreateServer() => new(
        new DockerEngineApi(
            new FakeSwarmNode(),
            DockerRoutesUnderTest.Create(),
            new DockerApiOptions(),
            TimeProvider.System,
            NullLogger<DockerEngineApi>.Instance),
        NullLoggerFactory.Instance);
}
