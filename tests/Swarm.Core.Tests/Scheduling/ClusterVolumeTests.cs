using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Scheduling;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Scheduling;

public sealed class ClusterVolumeTests : IDisposable
{
    private const string None = "no suitable node (cannot fulfill requested CSI volume mounts on 2 nodes)";

    private readonly Simulation _simulation = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ClusterStore _store;
    private readonly Task _loop;

    public ClusterVolumeTests()
    {
        _store = new ClusterStore(new InProcessProposer(), _simulation.Time);
        SynchronizationContext.SetSynchronizationContext(null);
        _loop = _simulation.StartAsync(() => new SchedulerLoop(
            _store,
            _simulation.Time,
            new SchedulerOptions(),
            SchedulingFilters.Default,
            [],
            NullLogger.Instance).RunAsync(_stop.Token));
        Write(tx =>
        {
            tx.Create(Given.Node("a"));
            tx.Create(Given.Node("b"));
            tx.Create(new Service { Id = Given.Web, Spec = new ServiceSpec { Name = "web" }, SpecVersion = new(1) });
        });
    }

    public void Dispose()
    {
        _stop.Cancel();
        _simulation.Settle();
        Assert.True(_loop.IsCanceled);
        _store.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public void Scenario_061_A_task_waits_until_its_volume_is_there_and_is_placed_with_it()
    {
        Write(tx => tx.Create(Wanting("t", Mount("data"))));
        Assert.Equal(TaskState.Pending, Find("t").Status.State);
        Assert.Equal(None, Find("t").Status.Error);

        Write(tx => tx.Create(Data("v") with { Info = null }));
        Assert.Equal(TaskState.Pending, Find("t").Status.State);

        Write(tx => tx.Update(tx.Volumes.Find("v")! with { Info = new VolumeInfo { PluginVolumeId = "p1" } }));
        var task = Find("t");
        Assert.Equal(TaskState.Assigned, task.Status.State);
        Assert.Equal(new VolumeAttachment(new VolumeId("v"), "data", "/data"), Assert.Single(task.Volumes));
        Assert.Equal(
            new VolumePublishStatus(task.NodeId, VolumePublishState.PendingPublish),
            Assert.Single(Volume("v").PublishStatus));
    }

    [Fact]
    public void Scenario_061_A_volume_that_is_drained_is_given_to_nobody_until_it_is_active_again()
    {
        Write(tx =>
        {
            tx.Create(Data("v", availability: NodeAvailability.Drain));
            tx.Create(Wanting("t", Mount("data")));
        });
        Assert.Equal(None, Find("t").Status.Error);

        Write(tx => tx.Update(Volume("v") with { Spec = Data("v").Spec }));
        Assert.Equal(TaskState.Assigned, Find("t").Status.State);
    }

    [Fact]
    public void Scenario_061_A_volume_for_one_task_is_free_again_when_that_has_ended()
    {
        Write(tx =>
        {
            tx.Create(Data("v"));
            tx.Create(Wanting("t1", Mount("data")));
            tx.Create(Wanting("t2", Mount("data")));
        });
        var first = Assert.Single(_store.Current.Tasks, task => task.Status.State == TaskState.Assigned);
        var second = Assert.Single(_store.Current.Tasks, task => task.Status.State == TaskState.Pending);
        Assert.Equal(None, second.Status.Error);

        Write(tx => tx.Update(first with { Status = first.Status with { State = TaskState.Complete } }));
        Assert.Equal(TaskState.Assigned, Find(second.Id.Value).Status.State);
    }

    [Fact]
    public void Scenario_061_A_volume_of_one_node_draws_its_tasks_there()
    {
        Write(tx =>
        {
            tx.Create(Data("v", VolumeScope.SingleNode, VolumeSharing.All));
            tx.Create(Wanting("t1", Mount("data")));
            tx.Create(Wanting("t2", Mount("data")));
        });

        Assert.All(_store.Current.Tasks, task => Assert.Equal(TaskState.Assigned, task.Status.State));
        Assert.Single(_store.Current.Tasks.Select(task => task.NodeId).Distinct());
        Assert.Single(Volume("v").PublishStatus);
    }

    [Theory]
    [InlineData(VolumeSharing.ReadOnly, 0, 2)]
    [InlineData(VolumeSharing.OneWriter, 1, 2)]
    [InlineData(VolumeSharing.All, 2, 2)]
    [InlineData(VolumeSharing.None, 1, 0)]
    public void Scenario_061_Sharing_says_how_many_may_write_and_how_many_read(
        VolumeSharing sharing,
        int writers,
        int readers)
    {
        Write(tx =>
        {
            tx.Create(Data("v", VolumeScope.MultiNode, sharing));
            tx.Create(Wanting("w1", Mount("data")));
            tx.Create(Wanting("w2", Mount("data")));
        });
        Write(tx =>
        {
            tx.Create(Wanting("r1", Mount("data", readOnly: true), specVersion: 2));
            tx.Create(Wanting("r2", Mount("data", readOnly: true), specVersion: 2));
        });

        var placed = _store.Current.Tasks.Where(task => task.Status.State == TaskState.Assigned).ToList();
        Assert.Equal(writers, placed.Count(task => task.Id.Value[0] == 'w'));
        Assert.Equal(readers, placed.Count(task => task.Id.Value[0] == 'r'));
    }

    [Fact]
    public void Scenario_061_A_group_gives_each_task_a_volume_of_its_own()
    {
        Write(tx =>
        {
            tx.Create(Data("v1", group: "fast"));
            tx.Create(Data("v2", group: "fast"));
            tx.Create(Wanting("t1", Mount("group:fast")));
            tx.Create(Wanting("t2", Mount("group:fast")));
            tx.Create(Wanting("t3", Mount("group:fast")));
        });

        var given = _store.Current.Tasks.SelectMany(task => task.Volumes).Select(volume => volume.Id.Value);
        Assert.Equal(["v1", "v2"], given.Order());
        Assert.Single(_store.Current.Tasks, task => task.Status.State == TaskState.Pending);
    }

    [Fact]
    public void Scenario_061_A_volume_is_used_where_its_plugin_says_that_it_can_be_reached()
    {
        Write(tx =>
        {
            foreach (var (id, zone) in new[] { ("a", "west"), ("b", "east") })
            {
                var node = tx.Nodes.Find(id)!;
                var csi = new NodeCsiInfo("disks", id, AccessibleTopology: Zone(zone));
                tx.Update(node with { Description = node.Description! with { Csi = [csi] } });
            }

            var info = new VolumeInfo { PluginVolumeId = "p", AccessibleTopology = [Zone("east")] };
            tx.Create(Data("v", VolumeScope.MultiNode, VolumeSharing.All) with { Info = info });
            tx.Create(Wanting("t1", Mount("data")));
            tx.Create(Wanting("t2", Mount("data")));
        });

        Assert.All(_store.Current.Tasks, task => Assert.Equal("b", task.NodeId.Value));
    }

    private static Topology Zone(string zone) => new(new[] { KeyValuePair.Create("zone", zone) }.ToValueDictionary());

    private static Mount Mount(string source, bool readOnly = false) =>
        new() { Type = MountType.Cluster, Source = source, Target = "/data", ReadOnly = readOnly };

    private static SwarmTask Wanting(string id, Mount mount, ulong specVersion = 1) => Given.Task(
        id,
        spec: new TaskSpec { Workload = new ContainerSpec { Image = "web:1", Mounts = [mount] } },
        specVersion: specVersion);

    private static Volume Data(
        string id,
        VolumeScope scope = VolumeScope.SingleNode,
        VolumeSharing sharing = VolumeSharing.None,
        NodeAvailability availability = NodeAvailability.Active,
        string group = "") => new()
        {
            Id = new VolumeId(id),
            Spec = new VolumeSpec
            {
                Name = group.Length == 0 ? "data" : id,
                Group = group,
                Driver = new Driver("disks"),
                AccessMode = new VolumeAccessMode(scope, sharing, new MountAccess()),
                Availability = availability,
            },
            Info = new VolumeInfo { PluginVolumeId = "p-" + id },
        };

    private SwarmTask Find(string id) => _store.Current.Tasks.Find(new TaskId(id))!;

    private Volume Volume(string id) => _store.Current.Volumes.Find(id)!;

    private void Write(Action<StoreTransaction> change)
    {
        _simulation.Run(() => _store.UpdateAsync(change).AsTask());
        _simulation.Settle();
        _simulation.Advance(TimeSpan.FromMilliseconds(60));
    }
}
