using System.Net;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.Nodes;

public sealed class AdvertiseAddressTests
{
    private static readonly LocalInterface Loopback = new("lo", true, true, [IPAddress.Loopback, IPAddress.IPv6Loopback]);
    private static readonly LocalInterface Ethernet = Up("eth0", "10.0.0.5", "fe80::1", "2001:db8::5");
    private static readonly LocalInterface Second = Up("eth1", "192.168.1.7");
    private static readonly LocalInterface Bridge = Up("docker0", "172.17.0.1") with { IsVirtual = true };

    [Theory]
    [InlineData("0.0.0.0:2377", "10.9.9.9", "0.0.0.0", 2377, "10.9.9.9", 2377)]
    [InlineData("0.0.0.0:2377", "10.9.9.9:2400", "0.0.0.0", 2377, "10.9.9.9", 2400)]
    [InlineData("0.0.0.0:4000", "10.9.9.9", "0.0.0.0", 4000, "10.9.9.9", 4000)]
    [InlineData("0.0.0.0", "", "0.0.0.0", 2377, "10.0.0.5", 2377)]
    [InlineData(":4000", "", "0.0.0.0", 4000, "10.0.0.5", 4000)]
    [InlineData("127.0.0.1:2377", "", "127.0.0.1", 2377, "127.0.0.1", 2377)]
    [InlineData("eth1:2378", "", "192.168.1.7", 2378, "192.168.1.7", 2378)]
    [InlineData("eth1", "eth1:99", "192.168.1.7", 2377, "192.168.1.7", 99)]
    [InlineData("[::]:2377", "2001:db8::9", "::", 2377, "2001:db8::9", 2377)]
    [InlineData("0.0.0.0:2377", "[2001:db8::9]:55", "0.0.0.0", 2377, "2001:db8::9", 55)]
    public void Addresses_interfaces_and_ports_are_resolved(
        string listen, string advertise, string listenHost, int listenPort, string advertiseHost, int advertisePort)
    {
        var interfaces = listen.StartsWith("eth1") || advertise.StartsWith("eth1")
            ? (LocalInterface[])[Loopback, Ethernet, Second]
            : [Loopback, Ethernet, Bridge];
        Assert.Equal(
            new NodeAddresses(listenHost, listenPort, advertiseHost, advertisePort, ""),
            AdvertiseAddress.Resolve(listen, advertise, "", interfaces));
    }

    [Fact]
    public void Port_0_is_a_free_one_that_the_node_keeps()
    {
        var addresses = AdvertiseAddress.Resolve("127.0.0.1:0", "", "", [Loopback]);
        var saved = new SavedMembership(addresses, [], new ConfiguredAddresses("127.0.0.1:0", ""));

        Assert.InRange(addresses.ListenPort, 1024, 65535);
        Assert.NotEqual(AdvertiseAddress.DefaultPort, addresses.ListenPort);
        Assert.Equal(addresses.ListenPort, addresses.AdvertisePort);
        Assert.Equal(addresses, new ConfiguredAddresses("127.0.0.1:0", "").Move(saved).Addresses);
        var refused = Assert.Throws<SwarmException>(() => AdvertiseAddress.Resolve("192.0.2.1:0", "", "", [Loopback]));
        Assert.StartsWith("no port can be opened at 192.0.2.1: ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nosuchif")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("10.0.0.1:x")]
    [InlineData("10.0.0.1:99999")]
    [InlineData("example.org:2377")]
    public void An_address_to_advertise_must_be_one(string advertise) => AssertRefused(
        "advertise address must be a non-zero IP address or network interface (with optional port number)",
        () => AdvertiseAddress.Resolve("0.0.0.0:2377", advertise, "", [Ethernet]));

    [Theory]
    [InlineData("nosuchif")]
    [InlineData("nosuchif:2377")]
    [InlineData("10.0.0.1:x")]
    public void An_address_to_listen_at_must_be_one(string listen) => AssertRefused(
        "listen address must be an IP address or network interface (with optional port number)",
        () => AdvertiseAddress.Resolve(listen, "10.0.0.1", "", [Ethernet]));

    [Fact]
    public void The_data_path_has_an_address_of_its_own_when_asked()
    {
        var addresses = AdvertiseAddress.Resolve("0.0.0.0:2377", "eth0", "eth1", [Ethernet, Second]);
        Assert.Equal(("10.0.0.5", "192.168.1.7"), (addresses.AdvertiseHost, addresses.DataPathHost));
        AssertRefused(
            "data path address must be a non-zero IP address or network interface (without a port number)",
            () => AdvertiseAddress.Resolve("0.0.0.0:2377", "eth0", "10.0.0.1:80", [Ethernet]));
    }

    [Fact]
    public void Tasks_are_reached_where_the_node_is()
    {
        var same = AdvertiseAddress.Resolve("0.0.0.0:2377", "eth0", "10.0.0.5", [Ethernet, Second]);
        Assert.Same(same, same.WithOneDataPath());
        AssertRefused(
            "the data path cannot be at 192.168.1.7: other nodes reach the tasks of this node at the address it "
            + "advertises, 10.0.0.5; advertise 192.168.1.7, or leave --data-path-addr out",
            () => AdvertiseAddress.Resolve("0.0.0.0:2377", "eth0", "eth1", [Ethernet, Second]).WithOneDataPath());
    }

    [Fact]
    public void Of_several_addresses_the_user_must_choose()
    {
        const string Start = "could not choose an IP address to advertise since this system has multiple addresses on ";
        AssertRefused(
            Start + "different interfaces (10.0.0.5 on eth0 and 192.168.1.7 on eth1)",
            () => AdvertiseAddress.Resolve("0.0.0.0:2377", "", "", [Loopback, Ethernet, Second]));
        AssertRefused(
            Start + "interface eth2 (10.0.0.1 and 10.0.0.2)",
            () => AdvertiseAddress.Resolve("0.0.0.0:2377", "", "", [Up("eth2", "10.0.0.1", "10.0.0.2")]));
    }

    [Fact]
    public void An_interface_with_several_addresses_is_no_address() => AssertRefused(
        "interface eth2 has more than one IPv4 address (10.0.0.1 and 10.0.0.2)",
        () => AdvertiseAddress.Resolve("0.0.0.0:2377", "eth2", "", [Up("eth2", "10.0.0.1", "10.0.0.2")]));

    [Fact]
    public void Bridges_count_only_when_there_is_nothing_else()
    {
        Assert.Equal("172.17.0.1", AdvertiseAddress.Resolve("0.0.0.0", "", "", [Loopback, Bridge]).AdvertiseHost);
        Assert.Equal("10.0.0.5", AdvertiseAddress.Resolve("0.0.0.0", "", "", [Bridge, Ethernet]).AdvertiseHost);
    }

    [Fact]
    public void What_is_down_or_only_local_does_not_count()
    {
        var down = Second with { IsUp = false };
        Assert.Equal("10.0.0.5", AdvertiseAddress.Resolve("0.0.0.0", "", "", [down, Ethernet]).AdvertiseHost);
        AssertRefused(
            "could not find the system's IP address",
            () => AdvertiseAddress.Resolve("0.0.0.0", "", "", [Loopback, down, Up("eth3", "169.254.3.4", "fe80::2")]));
    }

    [Fact]
    public void A_joining_node_lets_a_manager_tell_its_address()
    {
        var addresses = AdvertiseAddress.Resolve("0.0.0.0:2377", "", "", [Ethernet, Second], detect: false);
        Assert.Equal("", addresses.AdvertiseHost);
    }

    [Fact]
    public void The_interfaces_of_this_machine_can_be_listed() =>
        Assert.Contains(LocalInterface.List(), found => found.Addresses.Any(IPAddress.IsLoopback));

    [Theory]
    [InlineData(false, 1, 1, "Doing so may lose the consensus of your cluster. The only way")]
    [InlineData(true, 1, 0, "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ")]
    [InlineData(true, 2, 0, "Removing this node leaves 1 managers out of 2. Without a Raft quorum your swarm will be inaccessible. The only")]
    [InlineData(true, 3, 0, "participating as a manager. The only way to restore a swarm that has lost consensus")]
    public void A_manager_that_leaves_is_told_what_it_costs(bool isActive, int reachable, int unreachable, string text)
    {
        var error = NodeErrors.LeaveAsManager(isActive, reachable, unreachable);
        Assert.Equal(SwarmErrorCode.Unavailable, error.Code);
        Assert.Contains(text, error.Message);
    }

    private static LocalInterface Up(string name, params string[] addresses) =>
        new(name, true, false, [.. addresses.Select(IPAddress.Parse)]);

    private static void AssertRefused(string message, Action resolve)
    {
        var error = Assert.Throws<SwarmException>(resolve);
        Assert.Equal((SwarmErrorCode.InvalidArgument, message), (error.Code, error.Message));
    }
}
