using System.Net;
using System.Runtime.Versioning;
using Swarm.Net.Kernel;
using Swarm.Net.Tests.Userspace;

namespace Swarm.Net.Tests.Conformance;

/// <summary>
/// A client and a back end in network namespaces of their own, with this machine as the node between them. Addresses
/// are of 198.51.100.0/24, which is there for examples.
/// </summary>
[Collection(nameof(NftablesConformance))]
[SupportedOSPlatform("linux")]
public sealed class NftablesNamespaceTests : IAsyncLifetime
{
    private const string Client = "swarm-nft-client";
    private const string Server = "swarm-nft-server";
    private const string NodeForClient = "198.51.100.1";
    private const string NodeForServer = "198.51.100.65";
    private const string ServerAddress = "198.51.100.66";
    private const string VirtualAddress = "198.51.100.200";

    private readonly NftablesOptions _options = new() { Table = $"swarm_test_ns_{Environment.ProcessId}" };
    private string? _obstacle;

    public async Task InitializeAsync()
    {
        _obstacle = await NftablesDataplane.FindObstacleAsync(_options);
        if (_obstacle is not null)
        {
            return;
        }

        var made = await ShellAsync($"""
            set -e
            command -v busybox >/dev/null
            ip netns del {Client} 2>/dev/null || true
            ip netns del {Server} 2>/dev/null || true
            ip netns add {Client}
            ip netns add {Server}
            ip link add swarm-nft-c type veth peer name eth0 netns {Client}
            ip link add swarm-nft-s type veth peer name eth0 netns {Server}
            ip addr add {NodeForClient}/26 dev swarm-nft-c
            ip addr add {NodeForServer}/26 dev swarm-nft-s
            ip link set swarm-nft-c up
            ip link set swarm-nft-s up
            ip -n {Client} addr add 198.51.100.2/26 dev eth0
            ip -n {Server} addr add {ServerAddress}/26 dev eth0
            ip -n {Client} link set eth0 up
            ip -n {Server} link set eth0 up
            ip -n {Client} route add default via {NodeForClient}
            echo 1 > /proc/sys/net/ipv4/conf/swarm-nft-c/forwarding
            echo 1 > /proc/sys/net/ipv4/conf/swarm-nft-s/forwarding
            """);
        _obstacle = made.ExitCode == 0 ? null : $"no network namespaces: {made.Reason}";
    }

    public async Task DisposeAsync() => await ShellAsync($"""
        ip netns pids {Server} 2>/dev/null | xargs -r kill
        ip netns del {Client}
        ip netns del {Server}
        """);

    [SkippableFact]
    public async Task A_client_elsewhere_reaches_a_published_port_and_a_virtual_address_of_back_ends_elsewhere()
    {
        Skip.If(_obstacle is not null, _obstacle);
        await using var plane = new NftablesDataplane(_options);
        var port = FreePort.Find();
        var backend = new Backend(IPAddress.Parse(ServerAddress), 8_080);
        var report = await plane.ApplyAsync(
            new MeshState(
            [
                new VirtualServer(new(IPAddress.IPv6Any, port), [backend]),
                new VirtualServer(new(IPAddress.Parse(VirtualAddress), 80), [backend]),
            ]),
            default);
        Assert.Empty(report.Failures);

        // The back end knows no way to the client: it is the node that it answers.
        await ServeAsync();

        Assert.Equal("served", await AskAsync(NodeForClient, port));
        Assert.Equal("served", await AskAsync(VirtualAddress, 80));

        await plane.ApplyAsync(new MeshState([new VirtualServer(new(IPAddress.IPv6Any, port), [])]), default);
        var refused = await FromClientAsync(NodeForClient, port);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("refused", refused.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [SkippableFact]
    public async Task Loopback_addresses_are_reached_from_elsewhere_and_reach_elsewhere()
    {
        Skip.If(_obstacle is not null, _obstacle);
        await using var here = new EchoServer("here");
        await using var plane = new NftablesDataplane(new() { Table = _options.Table, RoutesLoopback = true });
        var port = FreePort.Find();
        var loopback = new Frontend(IPAddress.Parse("127.0.0.77"), port);
        await plane.ApplyAsync(
            new MeshState(
            [
                new VirtualServer(new(IPAddress.Parse(NodeForClient), port), [here.Backend]),
                new VirtualServer(loopback, [new Backend(IPAddress.Parse(ServerAddress), 8_080)]),
            ]),
            default);
        await ServeAsync();

        Assert.Equal("here", await AskAsync(NodeForClient, port));
        var there = "";
        while (there.Length == 0)
        {
            there = await LineClient.AskAsync(loopback);
        }

        Assert.Equal("served", there);
    }

    private static Task ServeAsync() => ShellAsync(
        $"setsid ip netns exec {Server} busybox nc -ll -p 8080 -e echo served </dev/null >/dev/null 2>&1 &");

    // The server needs a moment to listen.
    private static async Task<string> AskAsync(string address, int port)
    {
        for (var tries = 0; ; tries++)
        {
            var answer = await FromClientAsync(address, port);
            if (answer.Output.Length > 0 || tries == 100)
            {
                return answer.Output.Trim();
            }

            await Task.Delay(50);
        }
    }

    private static Task<KernelCommand.Outcome> FromClientAsync(string address, int port) => ShellAsync(
        $"ip netns exec {Client} timeout 5 bash -c 'exec 3<>/dev/tcp/{address}/{port} && head -n 1 <&3'");

    private static Task<KernelCommand.Outcome> ShellAsync(string script) =>
        KernelCommand.RunAsync("bash", ["-c", script], input: "", default);
}
