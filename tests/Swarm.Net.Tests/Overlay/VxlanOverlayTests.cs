using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Swarm.Net.Overlay;

namespace Swarm.Net.Tests.Overlay;

/// <summary>Networks between machines that are namespaces of this one.</summary>
[Collection(nameof(Conformance.NftablesConformance))]
#pragma warning disable CA1001 // IAsyncLifetime disposes of the machines.
public sealed class VxlanOverlayTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly IPNetwork Subnet = IPNetwork.Parse("10.0.1.0/24");
    private static readonly IPAddress Virtual = IPAddress.Parse("10.0.1.2");

    private TestNetwork? _wires;
    private TestMachine _one = null!;
    private TestMachine _two = null!;
    private string? _obstacle;

    public async Task InitializeAsync()
    {
        _obstacle = await VxlanOverlay.FindObstacleAsync();
        if (_obstacle is null)
        {
            _wires = new TestNetwork();
            (_one, _two) = (_wires.Add(), _wires.Add());
        }
    }

    public Task DisposeAsync()
    {
        _wires?.Dispose();
        return Task.CompletedTask;
    }

    [SkippableFact]
    public async Task Members_on_two_machines_reach_each_other_by_address()
    {
        Skip.If(_obstacle is not null, _obstacle);
        var a = await StartAsync(_one, Network("front", 4_097, Peer(12, _two)), ("a", 11));
        var b = await StartAsync(_two, Network("front", 4_097, Peer(11, _one)), ("b", 12));
        using var server = Within.Serve(b, "b");

        Assert.Equal("b 10.0.1.11", await Within.AskAsync(a, Address(12)));
        Assert.True(await Within.PingAsync(b, Address(11)));
        Assert.Equal("", await Within.AskAsync(a, Address(13), isHopeless: true));
    }

    [SkippableFact]
    public async Task A_virtual_address_reaches_the_members_in_turn_wherever_they_are_and_they_see_who_asks()
    {
        Skip.If(_obstacle is not null, _obstacle);
        using var overlay = new Overlaid(_one.Start());
        var network = Network("front", 4_097, Peer(12, _two)) with { Services = [Service(12, 13)] };
        var places = await overlay.ApplyAsync(network, ("a", 11), ("c", 13));
        var b = await StartAsync(_two, Network("front", 4_097, Peer(11, _one), Peer(13, _one)), ("b", 12));
        using var near = Within.Serve(places["c"], "c");
        using var far = Within.Serve(b, "b");

        var answers = new List<string>();
        for (var count = 0; count < 6; count++)
        {
            answers.Add(await Within.AskAsync(places["a"], Virtual));
        }

        Assert.Equal(3, answers.Count(answer => answer == "b 10.0.1.11"));
        Assert.Equal(3, answers.Count(answer => answer == "c 10.0.1.11"));
        Assert.True(await Within.PingAsync(places["a"], Virtual));

        // A member may be the one that it asks for.
        await overlay.ApplyAsync(network with { Services = [Service(13)] }, ("a", 11), ("c", 13));
        Assert.Equal("c 10.0.1.13", await Within.AskAsync(places["c"], Virtual));
        await overlay.ApplyAsync(network with { Services = [Service()] }, ("a", 11), ("c", 13));
        Assert.Equal("", await Within.AskAsync(places["a"], Virtual));
    }

    [SkippableFact]
    public async Task Members_come_move_and_go_while_others_keep_their_connections()
    {
        Skip.If(_obstacle is not null, _obstacle);
        var three = _wires!.Add();
        using var overlay = new Overlaid(_one.Start());
        var a = (await overlay.ApplyAsync(Network("front", 4_097, Peer(12, _two)), ("a", 11)))["a"];
        using var second = new Overlaid(_two.Start());
        var b = (await second.ApplyAsync(Network("front", 4_097, Peer(11, _one)), ("b", 12)))["b"];
        using var server = Within.Serve(b, "b");
        Assert.Equal("b 10.0.1.11", await Within.AskAsync(a, Address(12)));

        var c = await StartAsync(three, Network("front", 4_097, Peer(11, _one)), ("c", 13));
        using var further = Within.Serve(c, "c");
        await overlay.ApplyAsync(Network("front", 4_097, Peer(12, _two), Peer(13, three)), ("a", 11));
        Assert.Equal("c 10.0.1.11", await Within.AskAsync(a, Address(13)));
        Assert.Equal("b 10.0.1.11", await Within.AskAsync(a, Address(12)));

        await second.ApplyAsync(Network("front", 4_097), ("d", 14));
        await overlay.ApplyAsync(Network("front", 4_097, Peer(12, three)), ("a", 11));
        Assert.Equal("", await Within.AskAsync(a, Address(13), isHopeless: true));
        Assert.False(File.Exists(b));
    }

    [SkippableFact]
    public async Task Networks_are_apart_even_with_the_same_addresses()
    {
        Skip.If(_obstacle is not null, _obstacle);
        using var overlay = new Overlaid(_one.Start());
        var front = Network("front", 4_097, Peer(12, _two));
        var back = Network("back", 4_098, Peer(12, _two));
        var places = await overlay.ApplyAsync(
            new OverlayState([front, back], [Member("a", ("front", 11)), Member("b", ("back", 11))]));
        using var second = new Overlaid(_two.Start());
        var others = await second.ApplyAsync(new OverlayState(
            [front with { Peers = [Peer(11, _one)] }, back with { Peers = [Peer(11, _one)] }],
            [Member("c", ("front", 12)), Member("d", ("back", 12))]));
        using var inFront = Within.Serve(others["c"], "front");
        using var inBack = Within.Serve(others["d"], "back");

        Assert.Equal("front 10.0.1.11", await Within.AskAsync(places["a"], Address(12)));
        Assert.Equal("back 10.0.1.11", await Within.AskAsync(places["b"], Address(12)));
    }

    [SkippableFact]
    public async Task A_member_may_be_on_several_networks_and_a_network_may_have_several_subnets()
    {
        Skip.If(_obstacle is not null, _obstacle);
        var front = Network("front", 4_097, Peer(12, _two), new OverlayPeer(IPAddress.Parse("10.7.0.3"), _two.Address)) with
        {
            Subnets = [Subnet, IPNetwork.Parse("10.7.0.0/16")],
            Gateways = [Address(1), IPAddress.Parse("10.7.0.1")],
        };
        var back = new OverlayNetwork("back", 4_098, [IPNetwork.Parse("10.0.9.0/24")]);
        using var overlay = new Overlaid(_one.Start());
        var a = (await overlay.ApplyAsync(new OverlayState(
            [front, back],
            [
                new OverlayMember("a", [new("front", Address(11)), new("back", IPAddress.Parse("10.0.9.11"))]),
                new OverlayMember("b", [new("back", IPAddress.Parse("10.0.9.12"))]),
            ])))["a"];
        using var second = new Overlaid(_two.Start());
        var places = await second.ApplyAsync(new OverlayState(
            [front with { Peers = [Peer(11, _one)] }],
            [Member("c", ("front", 12)), new OverlayMember("d", [new("front", IPAddress.Parse("10.7.0.3"))])]));
        using var server = Within.Serve(places["d"], "d");

        Assert.Equal("d 10.0.1.11", await Within.AskAsync(a, IPAddress.Parse("10.7.0.3")));
        Assert.True(await Within.PingAsync(a, IPAddress.Parse("10.0.9.12")));
        Assert.True(await Within.PingAsync(a, IPAddress.Parse("10.7.0.1")));
    }

    [SkippableFact]
    public async Task Packets_are_as_large_as_the_network_says_and_no_larger()
    {
        Skip.If(_obstacle is not null, _obstacle);
        var a = await StartAsync(_one, Network("front", 4_097, Peer(12, _two)), ("a", 11));
        var b = await StartAsync(_two, Network("front", 4_097, Peer(11, _one)), ("b", 12));
        using var receiver = Within.Packets(b, 9_000);
        using var sender = Within.Packets(a);
        sender.DontFragment = true;
        var target = new IPEndPoint(Address(12), 9_000);
        const int largest = OverlayNetwork.UsualMtu - 28;

        await sender.SendToAsync(new byte[largest], target);
        Assert.Equal(largest, (await Within.ReceiveAsync(receiver))?.Length);
        var error = await Assert.ThrowsAsync<SocketException>(
            () => sender.SendToAsync(new byte[largest + 1], target));
        Assert.Equal(SocketError.MessageSize, error.SocketErrorCode);
    }

    [SkippableFact]
    public async Task Members_reach_the_outside_and_are_reached_by_their_machine_but_not_by_each_other_there()
    {
        Skip.If(_obstacle is not null, _obstacle);
        using var overlay = new Overlaid(_one.Start());
        var report = await overlay.ReportAsync(new OverlayState(
            [Network("front", 4_097)],
            [Member("a", ("front", 11)), Member("b", ("front", 12)), Member("c", ("front", 13)) with { HasWayOut = false }]));
        var (a, b, c) = (report.Places[0], report.Places[1], report.Places[2]);
        using var outside = Within.Serve(_two.Options.Namespace!, "outside", 8_080);
        using var inside = Within.Serve(b.Namespace, "inside", 8_080);

        Assert.Equal($"outside {_one.Address}", await Within.AskAsync(a.Namespace, _two.Address, 8_080));
        Assert.StartsWith("inside ", await Within.AskAsync(_one.Options.Namespace!, b.Outside, 8_080), StringComparison.Ordinal);
        Assert.Equal("", await Within.AskAsync(a.Namespace, b.Outside, 8_080, isHopeless: true));
        Assert.Equal("", await Within.AskAsync(c.Namespace, _two.Address, 8_080, isHopeless: true));
    }

    [SkippableFact]
    public async Task The_same_state_again_writes_nothing()
    {
        Skip.If(_obstacle is not null, _obstacle);
        var overlay = _one.Start();
        var state = new OverlayState(
            [Network("front", 4_097, Peer(12, _two), Peer(13, _two)) with { Services = [Service(12, 13)] }],
            [Member("a", ("front", 11)), Member("b", ("front", 14))]);
        Assert.Empty((await overlay.ApplyAsync(state, default)).Failures);
        var writes = overlay.Writes;

        Assert.Equal(2, (await overlay.ApplyAsync(state, default)).Places.Length);

        Assert.Equal(writes, overlay.Writes);
    }

    [SkippableFact]
    public async Task Whoever_meddles_is_overruled_and_what_is_not_ours_is_left_alone()
    {
        Skip.If(_obstacle is not null, _obstacle);
        using var links = new NamespaceLinks(_one.Space, new WriteCount());
        var foreign = links.RequireBridge("others", 1_500);
        using var overlay = new Overlaid(_one.Start());
        var network = Network("front", 4_097, Peer(12, _two));
        var a = (await overlay.ApplyAsync(network, ("a", 11)))["a"];
        var b = await StartAsync(_two, Network("front", 4_097, Peer(11, _one)), ("b", 12));
        using (var space = NetworkNamespace.Open(a))
        using (var own = new NamespaceLinks(space, new WriteCount()))
        {
            own.Write(RouteMessages.RemoveLink(own.Require("eth0").Index));
        }

        using (var space = NetworkNamespace.Open(OverlayNames.PathOf(_one.Options, 4_097)))
        using (var own = new NamespaceLinks(space, new WriteCount()))
        {
            own.Write(RouteMessages.RemoveLink(own.Require("vxlan0").Index));
        }

        Assert.False(await Within.PingAsync(a, Address(12)));
        await overlay.ApplyAsync(network, ("a", 11));

        Assert.True(await Within.PingAsync(a, Address(12)));
        Assert.Equal(foreign.Index, links.Require("others").Index);
    }

    [SkippableFact]
    public async Task The_next_process_takes_over_what_the_last_one_left_and_removes_what_nobody_wants()
    {
        Skip.If(_obstacle is not null, _obstacle);
        var traces = await _one.TracesAsync();
        var state = new OverlayState([Network("front", 4_097, Peer(12, _two))], [Member("a", ("front", 11))]);
        var b = await StartAsync(_two, Network("front", 4_097, Peer(11, _one)), ("b", 12));
        using var server = Within.Serve(b, "b");
        string a, empty;
        await using (var before = _one.Start())
        {
            var report = await before.ApplyAsync(
                new OverlayState(
                    [.. state.Networks, Network("back", 4_098)],
                    [.. state.Members, Member("empty", ("front", 13)), Member("living", ("back", 14))]),
                default);
            (a, empty) = (report.Places[0].Namespace, report.Places[1].Namespace);
        }

        Assert.Equal("b 10.0.1.11", await Within.AskAsync(a, Address(12)));
        using var life = Life.In(OverlayNames.PathOf(_one.Options, "living"));
        await using var next = _one.Start();
        var taken = await next.ApplyAsync(state, default);

        Assert.Equal(a, Assert.Single(taken.Places).Namespace);
        Assert.Equal("b 10.0.1.11", await Within.AskAsync(a, Address(12)));
        Assert.False(File.Exists(empty));
        Assert.True(File.Exists(OverlayNames.PathOf(_one.Options, "living")));
        Assert.True(File.Exists(OverlayNames.PathOf(_one.Options, 4_098)));

        life.End();
        await next.ApplyAsync(OverlayState.Empty, default);
        Assert.Equal(traces, await _one.TracesAsync());
    }

    // A thread is where the one that made it was, and the pool's are made by whoever has work for them.
    [SkippableFact]
    public async Task No_thread_of_this_process_stays_in_a_namespace()
    {
        Skip.If(_obstacle is not null, _obstacle);
        using var overlay = new Overlaid(_one.Start());
        for (byte member = 11; member < 21; member++)
        {
            var network = Network("front", 4_097) with { Services = [Service(member)] };
            var place = (await overlay.ApplyAsync(network, ("a", member)))["a"];
            using var space = NetworkNamespace.Open(place);
            var options = new NameServerOptions { Listen = new IPEndPoint(new IPAddress([127, 0, 0, 11]), 53) };
            await using var server = new NameServer(options, space.Run, logger: null);

            space.Run(() =>
            {
                CollectorThread.Wake();
                return true;
            });
        }

        var home = new FileInfo("/proc/self/ns/net").LinkTarget;
        var since = Stopwatch.GetTimestamp();
        while (Abroad() is { Length: > 0 } abroad)
        {
            // The thread that the runtime compiles on ends after a few seconds without work.
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30), string.Join(", ", abroad));
            await Task.Delay(100);
        }

        string[] Abroad() =>
            [.. Directory.GetDirectories("/proc/self/task").Select(task => AbroadAt(task, home)).OfType<string>()];

        // Those that other tests have in one are on their way, and say so by their name. They take it before they go
        // there, so it is asked for afterwards.
        static string? AbroadAt(string task, string? home)
        {
            try
            {
                return new FileInfo($"{task}/ns/net").LinkTarget is { } place && place != home
                    && File.ReadAllText($"{task}/comm").Trim() is not "network namespa" and var name
                    ? name
                    : null;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    [SkippableFact]
    public async Task What_cannot_be_done_is_told_and_keeps_nothing_else_from_being_done()
    {
        Skip.If(_obstacle is not null, _obstacle);
        using var other = new Overlaid(new VxlanOverlay(
            new OverlayOptions($"{_one.Options.Owner}b", _one.Address) { Namespace = _one.Options.Namespace }));
        await other.ApplyAsync(Network("front", 4_097), ("a", 11));
        await using var overlay = _one.Start();

        var report = await overlay.ApplyAsync(
            new OverlayState(
                [Network("front", 4_097), Network("back", 4_098)],
                [Member("b", ("front", 12)), Member("c", ("back", 12))]),
            default);

        Assert.Contains("another program or node of this machine has VNI 4097", report.Failures[0].Reason, StringComparison.Ordinal);
        Assert.Equal("network front is not there", report.ReasonOf("b"));
        Assert.Equal("c", Assert.Single(report.Places).Member);
        await other.ApplyAsync(OverlayState.Empty);
    }

    private static IPAddress Address(byte last) => new([10, 0, 1, last]);

    private static OverlayNetwork Network(string id, int vni, params OverlayPeer[] peers) =>
        new(id, vni, [Subnet]) { Gateways = [Address(1)], Peers = [.. peers] };

    private static OverlayPeer Peer(byte last, TestMachine machine) => new(Address(last), machine.Address);

    private static OverlayService Service(params byte[] backends) => new(Virtual, [.. backends.Select(Address)]);

    private static OverlayMember Member(string name, params (string Network, byte Last)[] places) =>
        new(name, [.. places.Select(place => new OverlayEndpoint(place.Network, Address(place.Last)))]);

    private static async Task<string> StartAsync(TestMachine machine, OverlayNetwork network, (string Name, byte Last) member)
    {
        var report = await machine.Start().ApplyAsync(
            new OverlayState([network], [Member(member.Name, (network.Id, member.Last))]), default);
        Assert.Empty(report.Failures);
        return Assert.Single(report.Places).Namespace;
    }

    /// <summary>An overlay that does all that it is told.</summary>
    private sealed class Overlaid(VxlanOverlay overlay) : IDisposable
    {
        public Task<Dictionary<string, string>> ApplyAsync(
            OverlayNetwork network,
            params (string Name, byte Last)[] members) => ApplyAsync(new OverlayState(
                [network],
                [.. members.Select(member => Member(member.Name, (network.Id, member.Last)))]));

        public async Task<Dictionary<string, string>> ApplyAsync(OverlayState state) =>
            (await ReportAsync(state)).Places.ToDictionary(place => place.Member, place => place.Namespace);

        public async Task<OverlayReport> ReportAsync(OverlayState state)
        {
            var report = await overlay.ApplyAsync(state, default);
            Assert.Empty(report.Failures);
            return report;
        }

        public void Dispose() => _ = overlay.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(20));
    }
}
