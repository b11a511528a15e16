using Swarm.Allocation;

namespace Swarm.Core.Tests.Allocation;

public sealed class PortAllocatorTests
{
    private static readonly ServiceId Web = new("web");
    private static readonly ServiceId Db = new("db");

    private readonly PortAllocator _ports = new();

    [Fact]
    public void Scenario_063_Numbers_start_at_30000_and_go_on_from_the_last_one()
    {
        Assert.Equal([30_000], Numbers(Allocate(Web, [new(80)])));
        Assert.Equal([30_001], Numbers(Allocate(Db, [new(80)])));

        _ports.Release(Web);
        Assert.Equal([30_002], Numbers(Allocate(new("third"), [new(80)])));
    }

    [Fact]
    public void Each_protocol_has_numbers_of_its_own()
    {
        var allocation = Allocate(Web, [new(53), new(53, 0, PortProtocol.Udp), new(53, 0, PortProtocol.Sctp)]);

        Assert.Equal([30_000, 30_000, 30_000], Numbers(allocation));
    }

    [Fact]
    public void A_number_that_somebody_chose_is_passed_over()
    {
        Allocate(Web, [new(80, 30_000)]);

        Assert.Equal([30_001], Numbers(Allocate(Db, [new(80)])));
    }

    [Fact]
    public void A_fixed_port_that_is_taken_fails_the_whole_request_and_changes_nothing()
    {
        Allocate(Web, [new(80, 8080)]);

        var refused = Allocate(Db, [new(81, 8081), new(80, 8080)]);

        Assert.False(refused.Succeeded);
        Assert.Equal("port '8080' is already in use by service web as an ingress port", refused.Problem);
        Assert.True(Allocate(new("third"), [new(81, 8081)]).Succeeded);
    }

    [Fact]
    public void Chosen_numbers_stay_when_other_ports_come_and_go()
    {
        var first = Allocate(Web, [new(80), new(90)]);

        var second = Allocate(Web, [new(90), new(100), new(110, 443)], first.Ports);

        Assert.Equal([30_001, 30_002, 443], Numbers(second));
    }

    [Fact]
    public void Old_ports_are_held_until_the_store_has_the_new_ones()
    {
        var first = Allocate(Web, [new(80, 8080)]);
        var second = Allocate(Web, [new(80, 8081)], first.Ports);

        Assert.False(Allocate(Db, [new(80, 8080)]).Succeeded);
        Assert.True(_ports.Settle(Web, second.Ports));
        Assert.True(Allocate(Db, [new(80, 8080)]).Succeeded);
        Assert.False(Allocate(new("third"), [new(80, 8081)]).Succeeded);
    }

    [Fact]
    public void Host_mode_ports_pass_through_and_take_nothing()
    {
        PortPublication host = new(80, 8080, Mode: PublishMode.Host);

        Assert.Equal([host], Allocate(Web, [host]).Ports);
        Assert.Equal([host], Allocate(Db, [host]).Ports);
        Assert.True(Allocate(new("third"), [new(80, 8080)]).Succeeded);
    }

    [Fact]
    public void When_every_number_is_taken_the_service_waits()
    {
        const int all = PortAllocator.LastDynamic - PortAllocator.FirstDynamic + 1;
        for (var i = 0; i < all; i++)
        {
            Assert.True(Allocate(new($"service{i}"), [new(80)]).Succeeded);
        }

        Assert.Equal("there is no free port left between 30000 and 32767", Allocate(Web, [new(80)]).Problem);
        _ports.Release(new("service5"));
        Assert.Equal([30_005], Numbers(Allocate(Web, [new(80)])));
    }

    [Fact]
    public void No_port_is_ever_given_twice()
    {
        var random = new Random(63);
        var held = new Dictionary<ServiceId, ValueList<PortPublication>>();
        for (var step = 0; step < 20_000; step++)
        {
            ServiceId id = new($"service{random.Next(40)}");
            if (random.Next(4) == 0)
            {
                _ports.Release(id);
                held.Remove(id);
                continue;
            }

            var wanted = Enumerable.Range(0, random.Next(1, 5))
                .Select(target => new PortPublication(target + 1, random.Next(3) == 0 ? random.Next(29_990, 30_030) : 0))
                .DistinctBy(port => port.PublishedPort == 0 ? -port.TargetPort : port.PublishedPort)
                .ToValueList();
            var allocation = _ports.Allocate(id, wanted, held.GetValueOrDefault(id));
            if (allocation.Succeeded)
            {
                held[id] = allocation.Ports;
                _ports.Settle(id, allocation.Ports);
            }

            var numbers = held.Values.SelectMany(ports => ports).Select(port => port.PublishedPort).ToList();
            Assert.Equal(numbers.Count, numbers.Distinct().Count());
            Assert.DoesNotContain(0, numbers);
        }
    }

    private PortAllocation Allocate(
        ServiceId id,
        ValueList<PortPublication> wanted,
        ValueList<PortPublication> current = default) => _ports.Allocate(id, wanted, current);

    private static IEnumerable<int> Numbers(PortAllocation allocation) =>
        allocation.Ports.Select(port => port.PublishedPort);
}
