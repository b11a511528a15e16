using Swarm.Allocation.Addressing;
using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Core.Tests.Orchestration;

public sealed class PortLabelTests
{
    [Theory]
    [InlineData("80", "80/tcp")]
    [InlineData("80, 53/udp,80/tcp", "80/tcp 53/udp")]
    [InlineData("65535/udp", "65535/udp")]
    [InlineData("", null)]
    [InlineData("0", null)]
    [InlineData("65536", null)]
    [InlineData("80/sctp", null)]
    [InlineData("80,", null)]
    [InlineData("-1", null)]
    public void Exposed_ports_are_a_list(string label, string? ports) =>
        Assert.Equal(ports, ExposedPorts.Parse(label) is { } list ? Text(list) : null);

    [Fact]
    public void A_port_that_is_published_and_exposed_is_one()
    {
        PortPublication web = new(80, 8_080);

        Assert.Equal("80/tcp 53/udp", Text(ExposedPorts.With([web], "53/udp,80")));
        Assert.Equal([web], ExposedPorts.With([web], "nonsense"));
        Assert.Equal([web], ExposedPorts.With([web], label: null));
    }

    [Theory]
    [InlineData("127.0.0.1", 8_080, PortProtocol.Tcp, "127.0.0.1")]
    [InlineData("8080=10.1.0.0/16,127.0.0.1", 8_080, PortProtocol.Tcp, "10.1.0.0/16")]
    [InlineData("8080=10.1.0.0/16,127.0.0.1", 8_081, PortProtocol.Tcp, "127.0.0.1")]
    [InlineData("8080=10.1.0.0/16", 8_080, PortProtocol.Udp, "")]
    [InlineData("53/udp=10.1.0.1, 53/udp=fd00::/64", 53, PortProtocol.Udp, "10.1.0.1 fd00::/64")]
    public void A_port_is_answered_at_the_addresses_that_name_it_or_else_at_those_of_all(
        string label,
        int port,
        PortProtocol protocol,
        string ranges) =>
        Assert.Equal(ranges, string.Join(' ', ListenAddresses.Parse(label)!.Of(new(80, port, protocol))));

    [Theory]
    [InlineData("")]
    [InlineData("eth0")]
    [InlineData("8080")]
    [InlineData("8080=")]
    [InlineData("x=127.0.0.1")]
    [InlineData("10.1.0.0/33")]
    [InlineData("127.0.0.1,")]
    public void Addresses_that_mean_nothing_are_refused(string label)
    {
        Assert.Null(ListenAddresses.Parse(label));
        var refusal = Assert.Throws<SwarmException>(() => ServicePolicies.Parse(
            [KeyValuePair.Create(ServiceLabels.IngressAddress, label)]));
        Assert.Contains(ServiceLabels.IngressAddress, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tasks_are_replaced_when_other_ports_are_exposed()
    {
        var service = new Service
        {
            Id = new("s"),
            Spec = new() { Labels = [KeyValuePair.Create(ServiceLabels.Expose, "80")] },
            SpecVersion = new(2),
        };
        var task = new SwarmTask
        {
            Id = new("t"),
            Spec = service.Spec.TaskTemplate,
            SpecVersion = new(1),
            ServiceAnnotations = new() { Labels = service.Spec.Labels },
        };
        var check = new DirtyCheck(service, ClusterView.Empty);

        Assert.False(check.IsDirty(task));
        Assert.True(check.IsDirty(task with { ServiceAnnotations = new() }));
    }

    [Theory]
    [InlineData(0, 254, 0)]
    [InlineData(190, 254, 0)]
    [InlineData(191, 254, 75)]
    [InlineData(228, 254, 75)]
    [InlineData(229, 254, 90)]
    [InlineData(254, 254, 90)]
    [InlineData(9, 10, 90)]
    [InlineData(0, 0, 0)]
    public void Levels_of_a_subnet_are_75_and_90_percent(uint used, uint size, int level)
    {
        Assert.Equal(level, FillLevel.Of(used, size));
        Assert.Equal(level, FillLevel.Of((UInt128)used * 100 << 80, (UInt128)size * 100 << 80));
    }

    private static string Text(ValueList<PortPublication> ports) => string.Join(
        ' ',
        ports.Select(port => $"{port.TargetPort}/{port.Protocol.ToString().ToLowerInvariant()}"));
}
