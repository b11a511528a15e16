using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Storage;

namespace Swarm.Hosting.Tests.Replication;

public sealed class EntrySizeTests
{
    [Fact]
    public void Tasks_are_measured_by_their_specs_and_their_words()
    {
        var size = new EntrySize();
        var small = new SwarmTask { Id = new("a"), Spec = new TaskSpec() };
        var large = new SwarmTask
        {
            Id = new("b"),
            Spec = new TaskSpec { Workload = new ContainerSpec { Hostname = new string('x', 100_000) } },
        };

        Assert.InRange(size.Of(small), WireSize(small), WireSize(small) + 100);
        Assert.InRange(size.Of(large), WireSize(large), WireSize(large) + 100);
        var failed = large with { Status = large.Status with { Error = new string('x', 1_000) } };
        Assert.InRange(size.Of(failed), WireSize(failed) - 10, WireSize(failed) + 100);
        Assert.InRange(size.Of(small), WireSize(small), WireSize(small) + 100);
    }

    [Fact]
    public void Other_objects_are_measured_whole()
    {
        var node = new Node { Id = new("n"), Description = new() { Hostname = new string('x', 5_000) } };

        Assert.Equal(WireSize(node), new EntrySize().Of(node));
    }

    private static int WireSize(ClusterObject item) =>
        new StoreAction(ChangeKind.Updated, item).ToWire().CalculateSize();
}
