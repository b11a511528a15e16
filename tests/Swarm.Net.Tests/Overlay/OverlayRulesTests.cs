using System.Net;
using Swarm.Net.Overlay;

namespace Swarm.Net.Tests.Overlay;

/// <summary>What needs no kernel.</summary>
public sealed class OverlayRulesTests
{
    private static readonly OverlayNetwork Front = new("front", 4_097, [IPNetwork.Parse("10.0.1.0/24")]);

    public static TheoryData<string, OverlayState> Nonsense => new()
    {
        { "network front: another one has the same id", new OverlayState([Front, Front with { Vni = 5 }], []) },
        { "network back: another one has VNI 4097", new OverlayState([Front, Front with { Id = "back" }], []) },
        { "network front: its VNI 16777216 is not in", new OverlayState([Front with { Vni = 1 << 24 }], []) },
        { "network front: it has no subnet", new OverlayState([Front with { Subnets = [] }], []) },
        { "network front: ::1 is not of IPv4", new OverlayState([Front with { Gateways = [IPAddress.IPv6Loopback] }], []) },
        { "member a b: its name is not", new OverlayState([Front], [new("a b", [])]) },
        { "member a: another one has the same name", new OverlayState([Front], [new("a", []), new("a", [])]) },
        { "member a: network back is not there", new OverlayState([Front], [new("a", [new("back", IPAddress.Any)])]) },
        { "member a: 10.0.2.5 is in no subnet", new OverlayState([Front], [new("a", [new("front", IPAddress.Parse("10.0.2.5"))])]) },
        { "a key has less than 16 bytes", new OverlayState([], []) { Keys = [new(1, [1, 2])] } },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void A_state_that_makes_no_sense_is_refused_and_the_text_says_why(string text, OverlayState state)
    {
        var refusal = Assert.Throws<ArgumentException>(() => OverlayRules.Require(state));
        Assert.Contains(text, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a-b")]
    [InlineData("elevenchars")]
    public void An_owner_is_short_and_of_letters_and_digits(string owner) =>
        Assert.Throws<ArgumentException>(() => new VxlanOverlay(new OverlayOptions(owner, IPAddress.Loopback)));

    [Fact]
    public void Each_direction_has_a_key_of_its_own_and_both_machines_work_it_out()
    {
        var (one, two) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        var key = new OverlayKey(7, [.. new byte[16]]);
        var there = DirectionKey.Of(key, one, two);
        var back = DirectionKey.Of(key, two, one);

        Assert.Equal(there.Bytes, DirectionKey.Of(key, one, two).Bytes);
        Assert.Equal(20, there.Bytes.Length);
        Assert.NotEqual(there.Bytes, back.Bytes);
        Assert.NotEqual(there.Association.Spi, back.Association.Spi);
        Assert.NotEqual(there.Bytes, DirectionKey.Of(key with { Tag = 8 }, one, two).Bytes);
    }

    [Fact]
    public void Names_say_whose_they_are_and_fit_the_kernel()
    {
        var options = new OverlayOptions("abcdefghij", IPAddress.Loopback);
        var task = new string('t', 25);

        Assert.Equal(4_097, OverlayNames.NetworkOf(options, OverlayNames.PathOf(options, 4_097)));
        Assert.Equal(task, OverlayNames.MemberOf(options, OverlayNames.PathOf(options, task)));
        Assert.Null(OverlayNames.MemberOf(options, "/run/netns/swarm-other-ta"));
        Assert.True(OverlayNames.WireOf(task).Length <= 15);
        Assert.True(OverlayNames.OutsideBridge(options).Length <= 15);
        Assert.Equal("02420A000105", OverlayNames.HardwareOf(IPAddress.Parse("10.0.1.5")).ToString());
    }

    [Fact]
    public void Messages_to_the_kernel_are_as_its_headers_have_them()
    {
        var tunnel = new Tunnel(4_097, 4_789, IPAddress.Parse("192.0.2.1"));
        var route = Convert.ToHexString(RouteMessages
            .AddRoute(new Route(3, IPNetwork.Parse("10.7.0.0/16"), Gateway: null)).Finish(1));
        Assert.Equal(
            "2C000000180005060100000000000000" // length, NEWROUTE, request | ack | create | exclusive
            + "021000" + "00" + "FE04FD0100000000" // IPv4, /16, main table, by an administrator, at the link, unicast
            + "0800040003000000" // the interface
            + "08000100" + "0A070000",
            route);

        var entry = new Neighbour(5, tunnel.Local, OverlayNames.HardwareOf(IPAddress.Parse("10.0.1.5")));
        Assert.Equal(
            "300000001C0005050200000000000000" // NEWNEIGH, request | ack | create | replace
            + "07000000050000008000" + "0200" // of a bridge, the interface, for good, the device's own
            + "08000100C0000201"
            + "0A00020002420A0001050000",
            Convert.ToHexString(RouteMessages.SetForwarding(entry).Finish(2)));
    }
}
