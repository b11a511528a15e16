using System.Net;
using Swarm.Net.Bridges;

namespace Swarm.Net.Tests.Bridges;

public sealed class BridgeRulesTests
{
    private static readonly IPAddress Web = IPAddress.Parse("10.0.1.2");
    private static readonly IPAddress One = IPAddress.Parse("10.0.1.5");
    private static readonly IPAddress Two = IPAddress.Parse("10.0.1.6");

    [Fact]
    public void An_address_leads_to_its_containers_in_turn_for_clients_on_its_own_bridge()
    {
        var text = BridgeRules.Replace("swarm_x", new([new("br-a", Web, [One, Two])], []));

        Assert.StartsWith("add table ip swarm_x\ndelete table ip swarm_x\ntable ip swarm_x {", text, StringComparison.Ordinal);
        Assert.Contains("to_10_0_1_2 dnat to numgen inc mod 2 map { 0 : 10.0.1.5, 1 : 10.0.1.6 }", text, StringComparison.Ordinal);
        Assert.Contains("services { \"br-a\" . 10.0.1.2 : goto to_10_0_1_2 }", text, StringComparison.Ordinal);
        Assert.Contains("virtual { 10.0.1.2 }", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Clients_may_be_kept_at_their_container_and_one_container_needs_no_choice()
    {
        var kept = BridgeRules.Replace("swarm_x", new([new("br-a", Web, [One, Two], BySource: true)], []));
        var only = BridgeRules.Replace("swarm_x", new([new("br-a", Web, [One])], []));

        Assert.Contains("dnat to jhash ip saddr mod 2 seed 0x53776d map { 0 :", kept, StringComparison.Ordinal);
        Assert.Contains("dnat to 10.0.1.5\n", only, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_without_containers_is_refused_and_leads_nowhere()
    {
        var text = BridgeRules.Replace("swarm_x", new([new("br-a", Web, [])], []));

        Assert.Contains("virtual { 10.0.1.2 }", text, StringComparison.Ordinal);
        Assert.DoesNotContain("dnat", text, StringComparison.Ordinal);
        Assert.DoesNotContain("goto", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_container_asks_its_bridge_gets_to_its_own_name_server()
    {
        var gateway = IPAddress.Parse("10.0.1.1");
        var text = BridgeRules.Replace(
            "swarm_x", new([], [new(One, new(gateway, 4001)), new(Two, new(gateway, 4002))]));

        Assert.Contains("gateways { 10.0.1.1 }", text, StringComparison.Ordinal);
        Assert.Contains("resolvers { 10.0.1.5 : 4001, 10.0.1.6 : 4002 }", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_are_known_by_the_bridge_that_they_belong_to()
    {
        const string listed =
            """
            10: veth5b441a9@if9: <BROADCAST,UP> mtu 1500 qdisc noqueue master br-4ffb22f6041c state UP mode DEFAULT
            12: tap0: <BROADCAST,UP> mtu 1500 master br-other state UP
            13: nobody: <BROADCAST> mtu 1500 state DOWN

            """;

        Assert.Equal([("veth5b441a9", "br-4ffb22f6041c"), ("tap0", "br-other")], BridgeRules.ReadPorts(listed));
    }

    [Fact]
    public void A_name_that_can_be_no_table_is_refused() =>
        Assert.Throws<ArgumentException>(() => new BridgeDataplane("a b; flush ruleset"));
}
