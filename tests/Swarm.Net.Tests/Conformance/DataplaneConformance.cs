using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Swarm.Net.Tests.Userspace;

namespace Swarm.Net.Tests.Conformance;

/// <summary>What every data plane does, whatever moves its packets.</summary>
#pragma warning disable CA1001 // IAsyncLifetime disposes of the fields.
public abstract class DataplaneConformance : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly Frontend _frontend = new(OwnAddress.Next(), FreePort.Find());
    private readonly Frontend _udp = new(OwnAddress.Next(), FreePort.Find(), Transport.Udp);
    private readonly EchoServer _a = new("a");
    private readonly EchoServer _b = new("b");
    private readonly EchoServer _c = new("c");
    private readonly NamedUdp _udpA = new("a");
    private readonly NamedUdp _udpB = new("b");

    private protected ManualTime Time { get; } = new();

    private protected IDataplane Plane { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (await FindObstacleAsync() is null)
        {
            Plane = Make();
        }
    }

    public async Task DisposeAsync()
    {
        if (Plane is not null)
        {
            await Plane.DisposeAsync();
        }

        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _c.DisposeAsync();
        _udpA.Dispose();
        _udpB.Dispose();
    }

    [SkippableFact]
    public async Task Nine_connections_to_three_back_ends_are_three_each()
    {
        await ApplyAsync(_a.Backend, _b.Backend, _c.Backend);

        var names = await AskAsync(9);

        // In turns, with whichever first.
        string[] turn = names[..3];
        Assert.Equal("a b c", string.Join(' ', turn.Order()));
        Assert.Equal([.. turn, .. turn, .. turn], names);
    }

    [SkippableFact]
    public async Task Weights_are_shares()
    {
        await ApplyAsync(new VirtualServer(_frontend, [_a.Backend with { Weight = 3 }, _b.Backend])
        {
            Balancer = BalancerKind.WeightedRoundRobin,
        });

        Assert.Equal(6, (await AskAsync(8)).Count(name => name == "a"));
    }

    [SkippableFact]
    public async Task A_client_address_stays_where_its_hash_says()
    {
        await ApplyAsync(new VirtualServer(_frontend, [_a.Backend, _b.Backend, _c.Backend])
        {
            Balancer = BalancerKind.SourceHash,
        });

        Assert.Single((await AskAsync(6)).Distinct());
    }

    [SkippableFact]
    public async Task A_drained_back_end_keeps_what_it_has_and_gets_nothing_new()
    {
        await ApplyAsync(_a.Backend);
        using var old = await LineClient.ConnectAsync(_frontend);
        Assert.Equal("a", await old.ReadAsync());

        await ApplyAsync(_a.Backend with { State = BackendState.Draining }, _b.Backend);

        Assert.Equal(["b", "b"], await AskAsync(2));
        await old.WriteAsync("still here");
        Assert.Equal("still here", await old.ReadAsync());

        await ApplyAsync(_a.Backend with { State = BackendState.Draining });
        Assert.Equal(["a"], await AskAsync(1));
    }

    [SkippableFact]
    public async Task Connections_to_a_back_end_that_has_gone_are_cut_when_its_time_is_over()
    {
        await ApplyAsync(_a.Backend);
        using var old = await LineClient.ConnectAsync(_frontend);
        Assert.Equal("a", await old.ReadAsync());
        await ApplyAsync(_b.Backend);

        Time.Advance(TimeSpan.FromSeconds(9));
        await old.WriteAsync("before");
        Assert.Equal("before", await old.ReadAsync());
        Time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await old.WriteAsync("after");
                Assert.Equal("after", await old.ReadAsync());
            }
        });
    }

    [SkippableFact]
    public async Task A_back_end_that_comes_back_in_time_keeps_its_connections()
    {
        await ApplyAsync(_a.Backend);
        using var old = await LineClient.ConnectAsync(_frontend);
        await old.ReadAsync();
        await ApplyAsync(_a.Backend with { State = BackendState.Draining }, _b.Backend);
        Time.Advance(TimeSpan.FromSeconds(9));
        await ApplyAsync(_a.Backend, _b.Backend);

        Time.Advance(TimeSpan.FromMinutes(1));

        await old.WriteAsync("here again");
        Assert.Equal("here again", await old.ReadAsync());
    }

    [SkippableFact]
    public async Task Without_a_back_end_connections_are_reset_and_with_one_they_are_served()
    {
        await ApplyAsync();
        Assert.Equal([""], await AskAsync(1));

        await ApplyAsync(_a.Backend);
        Assert.Equal(["a"], await AskAsync(1));
    }

    [SkippableFact]
    public async Task A_front_end_that_goes_refuses_new_connections_and_lets_open_ones_finish()
    {
        await ApplyAsync(_a.Backend);
        using var old = await LineClient.ConnectAsync(_frontend);
        Assert.Equal("a", await old.ReadAsync());

        await ApplyAsync(MeshState.Empty);

        await Assert.ThrowsAsync<SocketException>(() => LineClient.ConnectAsync(_frontend));
        await old.WriteAsync("finish");
        Assert.Equal("finish", await old.ReadAsync());
    }

    [SkippableFact]
    public async Task A_side_that_has_finished_can_still_be_answered()
    {
        await ApplyAsync(_a.Backend);
        using var client = await LineClient.ConnectAsync(_frontend);
        await client.ReadAsync();

        await client.WriteAsync("last words");
        client.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("last words", await client.ReadAsync());
        Assert.Equal("bye", await client.ReadAsync());
        Assert.Null(await client.ReadAsync());
    }

    [SkippableFact]
    public async Task Much_data_arrives_whole_in_both_directions()
    {
        const int bytes = 8 * 1024 * 1024;
        await ApplyAsync(_a.Backend);
        using var client = new TcpClient();
        await client.ConnectAsync(_frontend.Address, _frontend.Port);
        var sent = new byte[bytes];
        new Random(1).NextBytes(sent);
        var stream = client.GetStream();
        var received = new byte[2 + bytes];

        // The reader is slower than the writer at first, and the writer has to wait for it.
        var writing = stream.WriteAsync(sent).AsTask();
        await stream.ReadExactlyAsync(received);
        await writing;

        Assert.Equal("a\n"u8, received.AsSpan(0, 2));
        Assert.True(received.AsSpan(2).SequenceEqual(sent));
    }

    [SkippableFact]
    public async Task Connections_that_stand_still_are_left_alone()
    {
        await ApplyAsync(_a.Backend);
        using var client = await LineClient.ConnectAsync(_frontend);
        await client.ReadAsync();
        Time.Advance(TimeSpan.FromHours(2));
        await client.WriteAsync("after two hours");
        Assert.Equal("after two hours", await client.ReadAsync());
    }

    [SkippableFact]
    public async Task Scenario_R55_A_client_of_UDP_moves_with_its_next_packet_when_its_back_end_drains_or_goes()
    {
        await ApplyUdpAsync(_udpA.Backend, _udpB.Backend);
        using var first = new UdpClientUnderTest(_udp);
        using var second = new UdpClientUnderTest(_udp);
        var one = (await first.AskAsync("1"))[..1];
        var other = one == "a" ? "b" : "a";
        Assert.Equal($"{other}: 1", await second.AskAsync("1"));
        Assert.Equal($"{one}: 2", await first.AskAsync("2"));
        var (old, free) = one == "a" ? (_udpA.Backend, _udpB.Backend) : (_udpB.Backend, _udpA.Backend);

        await ApplyUdpAsync(old with { State = BackendState.Draining }, free);
        Assert.Equal($"{other}: 3", await first.AskAsync("3"));

        await ApplyUdpAsync(old);
        Assert.Equal($"{one}: 4", await first.AskAsync("4"));
    }

    [SkippableFact]
    public async Task No_request_fails_while_back_ends_come_and_go()
    {
        await ApplyAsync(_a.Backend, _b.Backend);
        var failures = new ConcurrentQueue<string>();
        var asked = 0;
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (await LineClient.TryAskAsync(_frontend) is { Error: { Length: > 0 } error })
                {
                    failures.Enqueue(error);
                }

                Interlocked.Increment(ref asked);
            }
        })).ToArray();

        for (var i = 0; i < 100; i++)
        {
            Backend[][] sets = [[_a.Backend], [_b.Backend, _c.Backend], [_c.Backend], [_a.Backend, _b.Backend]];
            await ApplyAsync(sets[i % sets.Length]);
            var target = Volatile.Read(ref asked) + 2;
            while (Volatile.Read(ref asked) < target)
            {
                await Task.Yield();
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.Empty(failures);
    }

    [SkippableFact]
    public async Task A_thousand_front_ends_with_ten_back_ends_each_are_no_trouble()
    {
        var servers = Enumerable.Range(0, 1_000).Select(i => new VirtualServer(
            new Frontend(IPAddress.Parse($"127.9.{i / 250}.{1 + (i % 250)}"), 8_080),
            [.. Enumerable.Range(1, 10).Select(k => new Backend(IPAddress.Parse($"127.77.{i / 250}.{k}"), 1_000 + i))]));
        var state = new MeshState([.. servers, new VirtualServer(_frontend, [_a.Backend])]);

        await ApplyAsync(state);
        Assert.Equal(["a"], await AskAsync(1));

        await ApplyAsync(new MeshState([.. state.Servers[..^1], new VirtualServer(_frontend, [_b.Backend])]));
        Assert.Equal(["b"], await AskAsync(1));
    }

    [SkippableFact]
    public async Task States_that_make_no_sense_are_refused_with_the_reason()
    {
        await RefusedAsync("same front end", new(_frontend, []), new(_frontend, []));
        await RefusedAsync("not in 1–65535", new VirtualServer(_frontend with { Port = 0 }, []));
        await RefusedAsync("weight", new VirtualServer(_frontend, [_a.Backend with { Weight = 0 }]));
        await RefusedAsync("for TCP", new VirtualServer(_udp, []) { ProxyProtocol = ProxyProtocol.V1 });

        async Task RefusedAsync(string reason, params VirtualServer[] servers)
        {
            RequirePlane(await FindObstacleAsync());
            var refusal = await Assert.ThrowsAsync<ArgumentException>(
                () => Plane.ApplyAsync(new MeshState([.. servers]), default).AsTask());
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        }
    }

    private protected abstract IDataplane Make();

    private protected virtual ValueTask<string?> FindObstacleAsync() => new((string?)null);

    private static void RequirePlane(string? obstacle) => Skip.If(obstacle is not null, obstacle);

    private protected Task ApplyAsync(params Backend[] backends) => ApplyAsync(new VirtualServer(_frontend, [.. backends]));

    private protected async Task ApplyAsync(MeshState state)
    {
        RequirePlane(await FindObstacleAsync());
        Assert.Empty((await Plane.ApplyAsync(state, default)).Failures);
    }

    private protected async Task<string[]> AskAsync(int times)
    {
        var names = new string[times];
        for (var i = 0; i < times; i++)
        {
            names[i] = await LineClient.AskAsync(_frontend);
        }

        return names;
    }

    private Task ApplyAsync(VirtualServer server) => ApplyAsync(new MeshState([server]));

    private Task ApplyUdpAsync(params Backend[] backends) => ApplyAsync(new VirtualServer(_udp, [.. backends]));
}
