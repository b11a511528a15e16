using Swarm.Hosting.Wire.Mapping;
using P = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>Tasks of a service have most of themselves in common, in memory too.</summary>
public sealed class SharingTests
{
    private readonly SwarmTask _task = (SwarmTask)new RecordFiller(1).Create(typeof(SwarmTask));

    [Fact]
    public void Messages_of_tasks_that_share_a_spec_share_its_message()
    {
        var shared = new SharedMessages();
        var (one, other) = (_task.ToWire(shared), (_task with { Id = new("other") }).ToWire(shared));
        Assert.Same(one.Spec, other.Spec);
        Assert.Same(one.Endpoint, other.Endpoint);
        Assert.Same(one.ServiceAnnotations, other.ServiceAnnotations);
        Assert.Same(one.Networks[0].Network, other.Networks[0].Network);
        Assert.Equal(_task.ToWire(), one);
    }

    [Fact]
    public void Records_of_tasks_with_equal_specs_share_one_spec()
    {
        var shared = new SharedRecords();
        var wire = _task.ToWire();
        var (one, other) = (wire.Clone().ToRecord(shared), wire.Clone().ToRecord(shared));
        Assert.Same(one.Spec, other.Spec);
        Assert.Same(one.Endpoint, other.Endpoint);
        Assert.Same(one.ServiceAnnotations, other.ServiceAnnotations);
        Assert.Same(one.Networks[0].Network, other.Networks[0].Network);
        Assert.Same(one.ServiceId.Value, other.ServiceId.Value);
        Assert.Equal(_task, one);
    }

    [Fact]
    public void A_task_costs_little_once_its_spec_is_known()
    {
        var shared = new SharedMessages();
        var plain = _task with { Networks = default, Status = SwarmTaskStatus.New, AssignedGenericResources = default };
        plain = plain with { Volumes = default, LogDriver = null };
        plain.ToWire(shared);
        var before = GC.GetAllocatedBytesForCurrentThread();
        plain.ToWire(shared);
        var shell = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        plain.ToWire();
        var whole = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(shell < 1024 && shell < whole / 5, $"{shell} bytes of {whole}");
    }

    [Fact]
    public void What_is_remembered_is_bounded()
    {
        var converted = 0;
        var shared = new Shared<int, int>(value => value + (0 * ++converted));
        for (var i = 0; i < 3 * Shared<int, int>.Capacity; i++)
        {
            Assert.Equal(i, shared.Of(i));
        }

        Assert.Equal(0, shared.Of(0));
        Assert.Equal((3 * Shared<int, int>.Capacity) + 1, converted);
        Assert.Equal(0, shared.Of(0));
        Assert.Equal((3 * Shared<int, int>.Capacity) + 1, converted);
    }
}
