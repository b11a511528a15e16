using System.Net;
using Swarm.Net.Ipvs;

namespace Swarm.Net.Tests.Ipvs;

public sealed class ServicePlanTests
{
    private static readonly Frontend Everywhere = new(IPAddress.IPv6Any, 80);
    private static readonly Backend V4 = new(IPAddress.Parse("10.0.0.1"), 8_080, Weight: 3);
    private static readonly Backend V6 = new(IPAddress.Parse("2001:db8::1"), 8_080);

    [Theory]
    [InlineData(BalancerKind.RoundRobin, "rr", 0)]
    [InlineData(BalancerKind.WeightedRoundRobin, "wrr", 0)]
    [InlineData(BalancerKind.LeastConnections, "lc", 0)]
    [InlineData(BalancerKind.WeightedLeastConnections, "wlc", 0)]
    [InlineData(BalancerKind.SourceHash, "mh", 8)]
    [InlineData(BalancerKind.Maglev, "mh", 24)]
    public void Every_balancer_is_a_scheduler_of_the_kernel(BalancerKind balancer, string scheduler, int flags)
    {
        var service = Assert.Single(ServicePlan.ServicesOf(new(Everywhere, [V4]) { Balancer = balancer }, mark: 5));

        Assert.Equal(new IpvsService(5, IsV6: false, scheduler, (IpvsFlags)flags), service);
    }

    [Fact]
    public void Affinity_is_persistence_in_whole_seconds()
    {
        var server = new VirtualServer(Everywhere, [V4]) { Affinity = TimeSpan.FromMilliseconds(1_200) };

        var service = Assert.Single(ServicePlan.ServicesOf(server, mark: 5));

        Assert.Equal((IpvsFlags.Persistent, 2u), (service.Flags, service.Timeout));
    }

    [Fact]
    public void A_port_of_every_address_is_answered_in_the_families_of_its_back_ends_and_in_both_without_any()
    {
        Assert.Equal([false], FamiliesOf(V4));
        Assert.Equal([true], FamiliesOf(V6));
        Assert.Equal([false, true], FamiliesOf(V6, V4));
        Assert.Equal([false, true], FamiliesOf());

        static bool[] FamiliesOf(params Backend[] backends) =>
            [.. ServicePlan.ServicesOf(new(Everywhere, [.. backends]), mark: 5).Select(service => service.IsV6)];
    }

    [Fact]
    public void Those_that_drain_are_not_chosen_unless_no_other_is_left()
    {
        var draining = V4 with { State = BackendState.Draining };
        var other = V4 with { Port = 9, Weight = 1 };

        Assert.Equal(
            [new IpvsDestination(other.Address, 9, Weight: 1)],
            ServicePlan.EligibleOf(new(Everywhere, [draining, other]), isV6: false).ToArray());
        Assert.Equal(
            [new IpvsDestination(V4.Address, 8_080, Weight: 3)],
            ServicePlan.EligibleOf(new(Everywhere, [draining]), isV6: false).ToArray());
        Assert.Empty(ServicePlan.EligibleOf(new(Everywhere, [draining]), isV6: true));
    }

    [Fact]
    public void What_IPVS_cannot_do_is_said_with_who_can()
    {
        var loopback = new Frontend(IPAddress.Parse("127.0.0.9"), 80);
        var local = new Backend(IPAddress.Loopback, 1);

        Assert.Null(IpvsDataplane.FindLack(new(Everywhere, [V4, V6])));
        Assert.Null(IpvsDataplane.FindLack(new(loopback, [local])));
        Assert.Null(IpvsDataplane.FindLack(new(loopback, [])));
        AssertLack("to a loopback address", new(Everywhere, [V4, local]));
        AssertLack("from a loopback address", new(loopback, [local, V4]));
        AssertLack("from one family", new(new(IPAddress.Any, 80), [V4, V6]));
        AssertLack("PROXY protocol", new(Everywhere, [V4]) { ProxyProtocol = ProxyProtocol.V1 });

        static void AssertLack(string reason, VirtualServer server)
        {
            var lack = IpvsDataplane.FindLack(server);
            Assert.Contains(reason, lack, StringComparison.Ordinal);
            Assert.Contains("user-space plane", lack, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Where_the_kernel_has_no_IPVS_that_is_what_is_said()
    {
        Skip.If(!OperatingSystem.IsLinux() || File.Exists("/proc/net/ip_vs"), "this kernel has IPVS, or is none of Linux");

        var obstacle = await IpvsDataplane.FindObstacleAsync();

        Assert.Equal("this kernel has no IPVS: the module ip_vs is neither built in nor could it be loaded", obstacle);
        await using var plane = new IpvsDataplane();
        var report = await plane.ApplyAsync(new MeshState([new(Everywhere, [V4])]), default);
        Assert.Equal(obstacle, Assert.Single(report.Failures).Reason);
    }
}
