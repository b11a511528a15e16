using System.Diagnostics;
using System.Net;
using Swarm.Net.Kernel;
using Swarm.Net.Tests.Userspace;

namespace Swarm.Net.Tests.Conformance;

/// <summary>
/// Against the kernel of the machine, where that has IPVS; most do not, and then a guest that has it runs these tests
/// (<see cref="Guest.IpvsGuestTests"/>).
/// </summary>
[Collection(nameof(IpvsConformance))]
public sealed class IpvsConformance : DataplaneConformance
{
    private static readonly IpvsOptions Options = new() { Table = $"swarm_ipvs_test_{Environment.ProcessId}" };
    private static string? _obstacle;
    private static bool _hasLooked;

    [SkippableFact]
    public async Task The_same_state_is_not_written_again()
    {
        await using var server = new EchoServer("a");
        var state = new MeshState([new VirtualServer(new(OwnAddress.Next(), FreePort.Find()), [server.Backend])]);
        await ApplyAsync(state);
        var plane = (IpvsDataplane)Plane;
        var writes = plane.Writes;

        await ApplyAsync(state);

        Assert.Equal(writes, plane.Writes);
    }

    [SkippableFact]
    public async Task Services_of_others_are_left_alone_and_ours_are_gone_in_the_end()
    {
        await using var server = new EchoServer("a");
        await ApplyAsync(MeshState.Empty);
        using var others = new KernelServices();
        others.Add(mark: 77, server.Backend);
        others.Add(mark: Swarm.Net.Ipvs.IpvsTable.FirstMark, server.Backend);
        var before = others.List();
        var settings = await SettingsAsync();

        await using (var plane = Make())
        {
            var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
            var report = await plane.ApplyAsync(new MeshState([new(frontend, [server.Backend])]), default);
            Assert.Empty(report.Failures);
            Assert.Equal("a", await LineClient.AskAsync(frontend));
            Assert.Equal(before.Length + 1, others.List().Length);
        }

        Assert.Equal(before, others.List());
        Assert.Equal(settings, await SettingsAsync());
        var tables = (await KernelCommand.RunAsync("nft", ["list", "tables"], "", default)).Output;
        Assert.DoesNotContain($"inet {Options.Table}\n", tables, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_next_process_takes_over_what_the_last_one_left_and_connections_go_on()
    {
        await using var server = new EchoServer("a");
        await using var further = new EchoServer("b");
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        var gone = new Frontend(OwnAddress.Next(), FreePort.Find());
        await ApplyAsync(new MeshState([new(frontend, [server.Backend]), new(gone, [server.Backend])]));
        using var old = await LineClient.ConnectAsync(frontend);
        await old.ReadAsync();
        using var services = new KernelServices();
        var before = services.List();

        await using var next = Make();
        await next.ApplyAsync(new MeshState([new(frontend, [further.Backend])]), default);

        await old.WriteAsync("still here");
        Assert.Equal("still here", await old.ReadAsync());
        Assert.Equal("b", await LineClient.AskAsync(frontend));
        Assert.Equal("", await LineClient.AskAsync(gone));
        Assert.Equal(before.Length, services.List().Length);

        Time.Advance(TimeSpan.FromSeconds(11));
        await next.ApplyAsync(new MeshState([new(frontend, [further.Backend])]), default);
        Assert.Equal(before.Length - 1, services.List().Length);
    }

    [SkippableFact]
    public async Task Whoever_meddles_is_overruled_by_the_next_change()
    {
        await using var a = new EchoServer("a");
        await using var b = new EchoServer("b");
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        await ApplyAsync(new MeshState([new(frontend, [a.Backend])]));
        using var services = new KernelServices();
        services.Remove(services.List()[^1]);
        await KernelCommand.RunAsync("nft", ["flush", "table", "inet", Options.Table], "", default);
        await KernelCommand.RunAsync("nft", ["delete", "table", "inet", Options.Table], "", default);
        var other = new Frontend(OwnAddress.Next(), FreePort.Find());

        await ApplyAsync(new MeshState([new(frontend, [a.Backend, b.Backend]), new(other, [b.Backend])]));

        Assert.Equal("a b", string.Join(' ', new[]
        {
            await LineClient.AskAsync(frontend),
            await LineClient.AskAsync(frontend),
        }.Order()));
        Assert.Equal("b", await LineClient.AskAsync(other));
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

        // The kernel adds up what its processors have counted every two seconds.
        var counters = Assert.Single(Plane.ReadCounters());
        while (counters.TotalConnections == 0)
        {
            await Task.Delay(50);
            counters = Assert.Single(Plane.ReadCounters());
        }

        Assert.InRange(counters.TotalConnections, 1, 2);
        Assert.InRange(counters.ActiveConnections, 1, 2);
    }

    [SkippableFact]
    public async Task Least_connections_are_those_of_the_kernel()
    {
        await using var a = new EchoServer("a");
        await using var b = new EchoServer("b");
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        await ApplyAsync(new MeshState([new(frontend, [a.Backend, b.Backend])
        {
            Balancer = BalancerKind.LeastConnections,
        }]));
        using var first = await LineClient.ConnectAsync(frontend);
        var busy = await first.ReadAsync();
        using var second = await LineClient.ConnectAsync(frontend);

        Assert.NotEqual(busy, await second.ReadAsync());
    }

    [SkippableFact]
    public async Task A_port_of_every_address_is_answered_at_the_machine_s_own_and_not_at_loopback_ones()
    {
        await using var plane = Plane;
        Skip.If(plane is null, await FindObstacleAsync());
        const string own = "198.51.100.1";
        await ShellAsync($"ip addr add {own}/24 dev lo");
        try
        {
            await using var server = new EchoServer("far", 0, IPAddress.Parse(own));
            var port = FreePort.Find();
            var state = new MeshState([new(new(IPAddress.IPv6Any, port), [new(IPAddress.Parse(own), server.Port)])]);
            Assert.Empty((await plane.ApplyAsync(state, default)).Failures);

            Assert.Equal("far", await LineClient.AskAsync(new Frontend(IPAddress.Parse(own), port)));
            Assert.Equal("", await LineClient.AskAsync(new Frontend(IPAddress.Loopback, port)));
        }
        finally
        {
            await ShellAsync($"ip addr del {own}/24 dev lo");
        }
    }

    [SkippableFact]
    public async Task What_the_kernel_cannot_do_is_a_failure_of_its_front_end_alone()
    {
        await using var server = new EchoServer("a");
        var frontend = new Frontend(OwnAddress.Next(), FreePort.Find());
        var other = frontend with { Port = FreePort.Find() };
        var stranger = new Frontend(IPAddress.Parse("192.0.2.1"), 80);
        await ApplyAsync(MeshState.Empty);

        var report = await Plane.ApplyAsync(
            new MeshState(
            [
                new(frontend, [server.Backend]),
                new(other, [server.Backend]) { ProxyProtocol = ProxyProtocol.V2 },
                new(stranger, [new Backend(IPAddress.Parse("192.0.2.2"), 80)]),
            ]),
            default);

        Assert.Equal([other, stranger], report.Failures.Select(failure => failure.Frontend));
        Assert.Contains("not an address of this machine", report.Failures[1].Reason, StringComparison.Ordinal);
        Assert.Equal("a", await LineClient.AskAsync(frontend));
    }

    private protected override IDataplane Make() =>
        new IpvsDataplane(new IpvsOptions { Table = Options.Table, Time = Time });

    // Looked for once: it takes two processes, which are slow on an emulated processor.
    private protected override async ValueTask<string?> FindObstacleAsync()
    {
        if (!_hasLooked)
        {
            (_obstacle, _hasLooked) = (await IpvsDataplane.FindObstacleAsync(Options), true);
        }

        return _obstacle;
    }

    private static async Task<string> SettingsAsync()
    {
        var names = new[] { "conntrack", "expire_nodest_conn", "expire_quiescent_template" };
        var values = names.Select(name => File.ReadAllTextAsync($"/proc/sys/net/ipv4/vs/{name}"));
        return string.Concat(await Task.WhenAll(values));
    }

    private static async Task ShellAsync(string command)
    {
        var outcome = await KernelCommand.RunAsync("sh", ["-c", command], "", default);
        Debug.Assert(outcome.ExitCode == 0, outcome.Reason);
    }
}
