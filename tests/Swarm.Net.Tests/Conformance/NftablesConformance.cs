using Swarm.Net.Kernel;
using Swarm.Net.Tests.Userspace;

namespace Swarm.Net.Tests.Conformance;

/// <summary>Against the kernel of this machine, in a table of its own; one test at a time.</summary>
[Collection(nameof(NftablesConformance))]
public sealed class NftablesConformance : DataplaneConformance
{
    private static readonly NftablesOptions Options = new() { Table = $"swarm_test_{Environment.ProcessId}" };

    [SkippableFact]
    public async Task The_same_state_is_not_written_again_and_other_tables_are_left_alone()
    {
        await using var server = new EchoServer("a");
        var state = new MeshState([new VirtualServer(new(OwnAddress.Next(), FreePort.Find()), [server.Backend])]);
        await ApplyAsync(MeshState.Empty);
        var others = await OthersAsync();

        await ApplyAsync(state);
        var plane = (NftablesDataplane)Plane;
        var writes = plane.Writes;
        await ApplyAsync(state);

        Assert.Equal(writes, plane.Writes);
        Assert.Equal(others, await OthersAsync());
    }

    [SkippableFact]
    public async Task The_next_process_takes_over_what_the_last_one_left_and_connections_go_on()
    {
        await using var server = new EchoServer("a");
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        var gone = new Frontend(OwnAddress.Next(), FreePort.Find());
        await ApplyAsync(new MeshState([new(frontend, [server.Backend]), new(gone, [server.Backend])]));
        using var old = await LineClient.ConnectAsync(frontend);
        await old.ReadAsync();

        await using var next = (NftablesDataplane)Make();
        await next.ApplyAsync(new MeshState([new(frontend, [server.Backend])]), default);

        await old.WriteAsync("still here");
        Assert.Equal("still here", await old.ReadAsync());
        Assert.Equal("a", await LineClient.AskAsync(frontend));
        Assert.Equal("", await LineClient.AskAsync(gone));
    }

    [SkippableFact]
    public async Task Whoever_meddles_with_the_table_is_overruled_by_the_next_change()
    {
        await using var server = new EchoServer("a");
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        await ApplyAsync(new MeshState([new(frontend, [])]));
        await KernelCommand.RunAsync("nft", ["delete", "table", "inet", Options.Table], "", default);

        await ApplyAsync(new MeshState([new(frontend, [server.Backend])]));

        Assert.Equal("a", await LineClient.AskAsync(frontend));
    }

    [SkippableFact]
    public async Task Connections_are_counted()
    {
        await using var server = new EchoServer("a");
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        await ApplyAsync(new MeshState([new(frontend, [server.Backend])]));
        await LineClient.AskAsync(frontend);
        using var open = await LineClient.ConnectAsync(frontend);
        await open.ReadAsync();

        var counters = Assert.Single(await ((NftablesDataplane)Plane).RefreshCountersAsync(default));

        Assert.Equal(2, counters.TotalConnections);
        Assert.InRange(counters.ActiveConnections, 1, 2);
    }

    [SkippableFact]
    public async Task What_the_kernel_cannot_do_is_a_failure_of_its_front_end_alone()
    {
        await using var server = new EchoServer("a");
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        var other = frontend with { Port = FreePort.Find() };
        var third = frontend with { Port = FreePort.Find() };
        await ApplyAsync(MeshState.Empty);

        var report = await Plane.ApplyAsync(
            new MeshState(
            [
                new(frontend, [server.Backend]),
                new(other, [server.Backend]) { Balancer = BalancerKind.LeastConnections },
                new(third, [server.Backend]) { ProxyProtocol = ProxyProtocol.V2 },
            ]),
            default);

        Assert.Equal([other, third], report.Failures.Select(failure => failure.Frontend));
        Assert.Equal("a", await LineClient.AskAsync(frontend));
    }

    private protected override IDataplane Make() =>
        new NftablesDataplane(new NftablesOptions { Table = Options.Table, Time = Time });

    private protected override ValueTask<string?> FindObstacleAsync() => NftablesDataplane.FindObstacleAsync(Options);

    private static async Task<string> OthersAsync()
    {
        var tables = (await KernelCommand.RunAsync("nft", ["list", "tables"], "", default)).Output;
        return string.Join('\n', tables.Split('\n').Where(line => !line.Contains(Options.Table, StringComparison.Ordinal)));
    }
}
