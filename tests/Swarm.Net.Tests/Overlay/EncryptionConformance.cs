using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Swarm.Net.Netlink;
using Swarm.Net.Overlay;

namespace Swarm.Net.Tests.Overlay;

/// <summary>
/// Encrypted networks, with kernels that can encrypt and with those that cannot. A guest that can runs these tests, too
/// (<see cref="Guest.OverlayGuestTests"/>).
/// </summary>
[Collection(nameof(Conformance.NftablesConformance))]
#pragma warning disable CA1001 // IAsyncLifetime disposes of the machines.
public sealed class EncryptionConformance : IAsyncLifetime
#pragma warning restore CA1001
{
    private const int Vni = 4_097;
    private const int TunnelPort = 4_789;

    private static readonly OverlayKey[] Keys =
        [.. Enumerable.Range(1, 5).Select(number => new OverlayKey((ulong)number, [.. new byte[16], (byte)number]))];

    private TestNetwork? _wires;
    private TestMachine _one = null!;
    private TestMachine _two = null!;
    private string? _obstacle;
    private string? _lack;

    public async Task InitializeAsync()
    {
        _obstacle = await VxlanOverlay.FindObstacleAsync();
        if (_obstacle is null)
        {
            _wires = new TestNetwork();
            (_one, _two) = (_wires.Add(), _wires.Add());
            using var encryption = new Encryption(_one.Options, _one.Space, new WriteCount());
            _lack = await encryption.BringAsync(State(_one, Keys[..1]), default);
            await encryption.BringAsync(OverlayState.Empty, default);
        }
    }

    public Task DisposeAsync()
    {
        _wires?.Dispose();
        return Task.CompletedTask;
    }

    [SkippableFact]
    public async Task What_is_sent_between_machines_is_encrypted()
    {
        Skip.If((_obstacle ?? _lack) is not null, _obstacle ?? _lack);
        var (a, b) = await StartAsync(Keys[..3]);
        await WatchAsync(_two);
        using var server = Within.Serve(b, "b");

        Assert.Equal("b 10.0.1.11", await Within.AskAsync(a, Address(12)));
        var (encrypted, clear) = await SeenAsync(_two);
        Assert.Equal(0, clear);
        Assert.True(encrypted >= 4, $"{encrypted} encrypted packets");

        using var receiver = Within.Packets(b, 9_000);
        using var sender = Within.Packets(a);
        sender.DontFragment = true;
        const int largest = OverlayNetwork.UsualEncryptedMtu - 28;
        await sender.SendToAsync(new byte[largest], new IPEndPoint(Address(12), 9_000));
        Assert.Equal(largest, (await Within.ReceiveAsync(receiver))?.Length);
    }

    [SkippableFact]
    public async Task Keys_change_while_connections_go_on()
    {
        Skip.If((_obstacle ?? _lack) is not null, _obstacle ?? _lack);
        await using var one = _one.Start();
        await using var two = _two.Start();
        var a = (await one.ApplyAsync(State(_one, Keys[..3]), default)).Places.Single().Namespace;
        var b = (await two.ApplyAsync(State(_two, Keys[..3]), default)).Places.Single().Namespace;
        await WatchAsync(_two);
        using var receiver = Within.Packets(b, 9_000);
        using var sender = Within.Packets(a);
        await SendAsync(sender, receiver, "before");

        // Sent with is the first one. The machines come to know at different times.
        var writes = one.Writes;
        OverlayKey[] next = [Keys[1], Keys[2], Keys[3]];
        await one.ApplyAsync(State(_one, next), default);
        await SendAsync(sender, receiver, "one has changed");
        await two.ApplyAsync(State(_two, next), default);
        await SendAsync(sender, receiver, "both have changed");
        Assert.InRange(one.Writes - writes, 4, 6);

        writes = one.Writes;
        await one.ApplyAsync(State(_one, next), default);
        Assert.Equal(writes, one.Writes);
        Assert.Equal(0, (await SeenAsync(_two)).Clear);
    }

    [SkippableFact]
    public async Task Nothing_is_sent_in_the_clear_where_associations_are_missing()
    {
        Skip.If((_obstacle ?? _lack) is not null, _obstacle ?? _lack);
        var (a, _) = await StartAsync(Keys[..3]);
        await WatchAsync(_two);
        Flush(_one);

        Assert.False(await Within.PingAsync(a, Address(12)));

        Assert.Equal((0, 0), await SeenAsync(_two));
    }

    [SkippableFact]
    public async Task What_comes_in_the_clear_is_dropped_and_other_networks_are_left_alone()
    {
        Skip.If((_obstacle ?? _lack) is not null, _obstacle ?? _lack);
        await using var two = _two.Start();
        var state = State(_two, Keys[..3]);
        var b = (await two.ApplyAsync(state, default)).Places.Single().Namespace;
        using var receiver = Within.Packets(b, 9_000);

        // A machine that knows the network and no key.
        var clear = Network() with { IsEncrypted = false, Peers = [new OverlayPeer(Address(12), _two.Address)] };
        var a = (await _one.Start().ApplyAsync(new OverlayState([clear], [Member("a", 11)]), default)).Places.Single();
        using var sender = Within.Packets(a.Namespace);
        await sender.SendToAsync("clear"u8.ToArray(), new IPEndPoint(Address(12), 9_000));
        Assert.Null(await Within.ReceiveAsync(receiver, isHopeless: true));

        var open = state with { Networks = [state.Networks[0] with { IsEncrypted = false }] };
        await two.ApplyAsync(open, default);
        await sender.SendToAsync("clear"u8.ToArray(), new IPEndPoint(Address(12), 9_000));
        Assert.Equal("clear"u8.ToArray(), await Within.ReceiveAsync(receiver));
    }

    [SkippableFact]
    public async Task Without_encryption_nothing_gets_on_the_network_and_nothing_of_it_passes_in_or_out()
    {
        Skip.If(_obstacle is not null, _obstacle);
        Skip.If(_lack is null, "the kernel of this machine can encrypt");
        await using var overlay = _one.Start();
        var report = await overlay.ApplyAsync(State(_one, Keys[..3]), default);

        Assert.Empty(report.Places);
        Assert.Contains("the network is encrypted, and the kernel of this machine cannot", report.Failures[0].Reason, StringComparison.Ordinal);
        Assert.Equal("network front is not there", report.ReasonOf("a"));

        using var here = Within.Packets(_one.Options.Namespace!, TunnelPort);
        using var there = Within.Packets(_two.Options.Namespace!, TunnelPort);
        await SendTunnelledAsync(there, _one, Vni);
        await SendTunnelledAsync(there, _one, Vni + 1);
        Assert.Equal(Tunnelled(Vni + 1), await Within.ReceiveAsync(here));
        await Assert.ThrowsAnyAsync<SocketException>(() => SendTunnelledAsync(here, _two, Vni));
        await SendTunnelledAsync(here, _two, Vni + 1);
        Assert.Equal(Tunnelled(Vni + 1), await Within.ReceiveAsync(there));

        await overlay.ApplyAsync(OverlayState.Empty, default);
        await SendTunnelledAsync(there, _one, Vni);
        Assert.Equal(Tunnelled(Vni), await Within.ReceiveAsync(here));
    }

    [SkippableFact]
    public async Task Without_a_key_nothing_gets_on_the_network()
    {
        Skip.If((_obstacle ?? _lack) is not null, _obstacle ?? _lack);
        var report = await _one.Start().ApplyAsync(State(_one, []), default);

        Assert.Equal("the network is encrypted, and no key is known", report.Failures[0].Reason);
        Assert.Empty(report.Places);
    }

    private static IPAddress Address(byte last) => new([10, 0, 1, last]);

    private static OverlayMember Member(string name, byte last) => new(name, [new("front", Address(last))]);

    private static OverlayNetwork Network() =>
        new("front", Vni, [IPNetwork.Parse("10.0.1.0/24")]) { IsEncrypted = true, Mtu = OverlayNetwork.UsualEncryptedMtu };

    private static Task<int> SendTunnelledAsync(Socket socket, TestMachine machine, int vni) =>
        socket.SendToAsync(Tunnelled(vni), new IPEndPoint(machine.Address, TunnelPort));

    private static byte[] Tunnelled(int vni) => [8, 0, 0, 0, (byte)(vni >> 16), (byte)(vni >> 8), (byte)vni, 0, 1, 2, 3];

    private static async Task SendAsync(Socket sender, Socket receiver, string text)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(text);
        await sender.SendToAsync(bytes, new IPEndPoint(Address(12), 9_000));
        Assert.Equal(bytes, await Within.ReceiveAsync(receiver));
    }

    // Somebody removes all that is known of IPsec.
    private static void Flush(TestMachine machine)
    {
        const ushort associations = 28;
        const ushort policies = 29;
        const NetlinkFlags change = NetlinkFlags.Request | NetlinkFlags.Ack;
        using var socket = machine.Space.Run(() => new NetlinkSocket(NetlinkProtocol.Xfrm));
        socket.Ask(new NetlinkWriter(policies, change));
        socket.Ask(new NetlinkWriter(associations, change).Header([0, 0, 0, 0]));
    }

    // Ahead of everything else that looks at packets.
    private static async Task WatchAsync(TestMachine machine)
    {
        var made = await machine.Space.RunAsync(
            "nft",
            ["-f", "-"],
            """
            table ip watch {
              chain arriving {
                type filter hook prerouting priority -400
                ip protocol esp counter
                udp dport 4789 meta ipsec missing counter
              }
            }

            """,
            default);
        Assert.True(made.ExitCode == 0, made.Errors);
    }

    private static async Task<(int Encrypted, int Clear)> SeenAsync(TestMachine machine)
    {
        var listed = await machine.Space.RunAsync("nft", ["list", "chain", "ip", "watch", "arriving"], "", default);
        var words = listed.Output.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var counts = words
            .Index()
            .Where(word => word.Item == "packets")
            .Select(word => int.Parse(words[word.Index + 1], CultureInfo.InvariantCulture))
            .ToArray();
        return (counts[0], counts[1]);
    }

    private OverlayState State(TestMachine machine, OverlayKey[] keys)
    {
        var isFirst = machine == _one;
        var peer = isFirst ? new OverlayPeer(Address(12), _two.Address) : new OverlayPeer(Address(11), _one.Address);
        return new OverlayState(
            [Network() with { Peers = [peer] }],
            [isFirst ? Member("a", 11) : Member("b", 12)])
        {
            Keys = [.. keys],
        };
    }

    private async Task<(string First, string Second)> StartAsync(OverlayKey[] keys)
    {
        var one = await _one.Start().ApplyAsync(State(_one, keys), default);
        var two = await _two.Start().ApplyAsync(State(_two, keys), default);
        Assert.Empty(one.Failures.Concat(two.Failures));
        return (one.Places.Single().Namespace, two.Places.Single().Namespace);
    }
}
