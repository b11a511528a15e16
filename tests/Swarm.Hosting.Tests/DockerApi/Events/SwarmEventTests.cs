using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi.Events;

public class SwarmEventTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    private static readonly Service Web = new()
    {
        Id = new("s1"),
        CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(1),
        UpdatedAt = DateTimeOffset.UnixEpoch.AddSeconds(2),
        Spec = new()
        {
            Name = "web",
            Mode = new ReplicatedMode(1),
            TaskTemplate = new() { Workload = new ContainerSpec { Image = "i:1" } },
        },
    };

    private static readonly Node Host = new()
    {
        Id = new("n1"),
        Description = new() { Hostname = "host1" },
        ManagerStatus = new(1, "a", Leader: false, Reachability.Reachable),
    };

    [Fact]
    public void A_created_and_a_removed_object_are_named()
    {
        var created = Of(ChangeKind.Created, Web, null);
        Assert.Equal(("service", "create", "s1", "swarm"), (created.Type, created.Action, created.Id, created.Scope));
        Assert.Equal("{name=web}", created.Attributes.ToString());
        Assert.Equal(Web.CreatedAt, created.Time);
        var removed = Of(ChangeKind.Removed, Web, Web);
        Assert.Equal(("remove", "{name=web}", Now), (removed.Action, removed.Attributes.ToString(), removed.Time));
    }

    [Fact]
    public void An_update_tells_what_was_and_what_is()
    {
        var changed = Web with
        {
            Spec = Web.Spec with
            {
                Mode = new ReplicatedMode(2),
                TaskTemplate = new() { Workload = new ContainerSpec { Image = "i:2" } },
            },
            RolloutStatus = new(RolloutState.Updating, Now, null, ""),
        };
        Assert.Equal(
            "{image.new=i:2, image.old=i:1, name=web, replicas.new=2, replicas.old=1, updatestate.new=updating}",
            Of(ChangeKind.Updated, changed, Web).Attributes.ToString());
        Assert.Equal(
            "{name=web, updatestate.new=rollback_started, updatestate.old=updating}",
            Of(
                ChangeKind.Updated,
                changed with { RolloutStatus = new(RolloutState.RollbackStarted, Now, null, "") },
                changed).Attributes.ToString());
        Assert.Equal("{name=web}", Of(ChangeKind.Updated, changed, changed).Attributes.ToString());
    }

    [Fact]
    public void A_node_tells_availability_role_state_and_leadership()
    {
        var changed = Host with
        {
            Spec = Host.Spec with { Availability = NodeAvailability.Drain, DesiredRole = NodeRole.Manager },
            Status = new(NodeState.Ready),
            ManagerStatus = new(1, "a", Leader: true, Reachability.Unreachable),
        };
        Assert.Equal(
            "{availability.new=drain, availability.old=active, leader.new=true, leader.old=false, name=host1, "
                + "reachability.new=unreachable, reachability.old=reachable, role.new=manager, role.old=worker, "
                + "state.new=ready, state.old=unknown}",
            Of(ChangeKind.Updated, changed, Host).Attributes.ToString());
        Assert.Equal("{name=host1}", Of(ChangeKind.Created, Host, null).Attributes.ToString());
    }

    [Fact]
    public void Tasks_have_no_events() =>
        Assert.Null(SwarmEvents.Of(
            new(ChangeKind.Created, new SwarmTask { Id = new("t"), Spec = new() }, null, default),
            Now));

    private static EngineEvent Of(ChangeKind kind, ClusterObject current, ClusterObject? previous) =>
        SwarmEvents.Of(new(kind, current, previous, default), Now)!;
}
