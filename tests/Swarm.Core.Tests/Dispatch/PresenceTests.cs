namespace Swarm.Core.Tests.Dispatch;

public class PresenceTests
{
    private const string MovedToUnknown = "Node moved to \"unknown\" state due to leadership change in cluster";

    [Fact]
    public void Scenario_071_a_node_that_misses_its_heartbeats_is_down()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var node = fixture.Join("n1");
        for (var i = 0; i < 10; i++)
        {
            var period = node.Beat();
            Assert.InRange(period, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(5.5));
            fixture.Simulation.Advance(period);
        }

        Assert.Equal(NodeState.Ready, fixture.NodeOf("n1").Status.State);

        fixture.Advance(17);

        Assert.Equal(new NodeStatus(NodeState.Down, "heartbeat failure", "n1:1234"), fixture.NodeOf("n1").Status);
        Assert.Equal("node must disconnect", node.SessionError?.Message);
        Assert.Equal(SwarmErrorCode.NotFound, Assert.Throws<SwarmException>(() => node.Beat()).Code);
    }

    [Fact]
    public void A_manager_that_stood_still_blames_itself_first_and_the_nodes_only_when_they_stay_silent()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var node = fixture.Join("n1");

        // Timers go off meanwhile, but nothing runs.
        fixture.Simulation.Time.MoveTo(fixture.Simulation.Time.GetUtcNow() + TimeSpan.FromSeconds(60));
        fixture.Simulation.Settle();
        Assert.Equal(NodeState.Ready, fixture.NodeOf("n1").Status.State);

        node.Beat();
        fixture.Advance(10);
        Assert.Equal(NodeState.Ready, fixture.NodeOf("n1").Status.State);
        fixture.Advance(10);
        Assert.Equal(NodeState.Down, fixture.NodeOf("n1").Status.State);
    }

    [Fact]
    public void Scenario_071_heartbeats_need_a_registration_and_its_session()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddNode("n2");
        var node = fixture.Join("n1");

        var wrong = Assert.Throws<SwarmException>(() => node.Beat("another"));
        Assert.Equal((SwarmErrorCode.SessionInvalid, "session invalid"), (wrong.Code, wrong.Message));

        var stranger = new FakeNode(fixture, fixture.Dispatcher.Connect(new NodeId("n2"), ""));
        var unregistered = Assert.Throws<SwarmException>(() => stranger.Beat(node.SessionId));
        Assert.Equal((SwarmErrorCode.NotFound, "node not registered"), (unregistered.Code, unregistered.Message));
    }

    [Fact]
    public void The_heartbeat_period_is_the_clusters()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.Write(transaction => transaction.Create(new Cluster
        {
            Id = new ClusterId("c"),
            RootCa = new RootCa(),
            Spec = new ClusterSpec { HeartbeatPeriod = TimeSpan.FromSeconds(20) },
        }));
        var node = fixture.Join("n1");

        Assert.InRange(node.Beat(), TimeSpan.FromSeconds(19.5), TimeSpan.FromSeconds(20.5));
        fixture.Advance(55);
        Assert.Equal(NodeState.Ready, fixture.NodeOf("n1").Status.State);
    }

    [Fact]
    public void A_node_that_is_down_comes_back_by_registering()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.Join("n1");
        fixture.Advance(20);
        Assert.Equal(NodeState.Down, fixture.NodeOf("n1").Status.State);

        fixture.Join("n1");

        Assert.Equal(new NodeStatus(NodeState.Ready, "", "n1:1234"), fixture.NodeOf("n1").Status);
    }

    [Fact]
    public void Scenario_075_nodes_are_unknown_after_a_change_of_leadership_until_they_register()
    {
        var fixture = new DispatcherFixture();
        fixture.AddNode("n1", NodeState.Ready);
        fixture.AddNode("n2", NodeState.Ready);
        fixture.AddNode("n3", NodeState.Down);
        fixture.AddTask("t2", "n2", TaskState.Running);

        fixture.Start();

        Assert.Equal(new NodeStatus(NodeState.Unknown, MovedToUnknown), fixture.NodeOf("n1").Status);
        Assert.Equal(new NodeStatus(NodeState.Unknown, MovedToUnknown), fixture.NodeOf("n2").Status);
        Assert.Equal(NodeState.Down, fixture.NodeOf("n3").Status.State);

        var node = fixture.Join("n1");
        Assert.Equal(new NodeStatus(NodeState.Ready, "", "n1:1234"), fixture.NodeOf("n1").Status);

        for (var i = 0; i < 5; i++)
        {
            fixture.Simulation.Advance(node.Beat());
        }

        Assert.Equal(NodeState.Unknown, fixture.NodeOf("n2").Status.State);
        node.Beat();
        fixture.Advance(8);
        Assert.Equal(
            new NodeStatus(NodeState.Down, "heartbeat failure for node in \"unknown\" state"),
            fixture.NodeOf("n2").Status);
        Assert.Equal(TaskState.Running, fixture.StateOf("t2"));
        Assert.Equal(NodeState.Ready, fixture.NodeOf("n1").Status.State);
    }

    [Fact]
    public void Scenario_076_tasks_of_a_node_that_is_down_for_a_day_are_orphaned()
    {
        var fixture = new DispatcherFixture();
        fixture.AddNode("n1", NodeState.Down);
        fixture.AddTask("assigned", "n1");
        fixture.AddTask("running", "n1", TaskState.Running);
        fixture.AddTask("failed", "n1", TaskState.Failed);
        fixture.AddTask("elsewhere", "n2", TaskState.Running);
        fixture.Start();

        fixture.Simulation.Advance(TimeSpan.FromHours(23.9));
        Assert.Equal(TaskState.Running, fixture.StateOf("running"));

        fixture.Simulation.Advance(TimeSpan.FromHours(0.2));
        Assert.Equal(TaskState.Orphaned, fixture.StateOf("assigned"));
        Assert.Equal(TaskState.Orphaned, fixture.StateOf("running"));
        Assert.Equal("", fixture.TaskOf("running").Status.Message);
        Assert.Equal(TaskState.Failed, fixture.StateOf("failed"));
        Assert.Equal(TaskState.Running, fixture.StateOf("elsewhere"));
    }

    [Fact]
    public void A_registration_cancels_the_orphaning()
    {
        var fixture = new DispatcherFixture();
        fixture.AddNode("n1", NodeState.Down);
        fixture.AddTask("running", "n1", TaskState.Running);
        fixture.Start();
        fixture.Simulation.Advance(TimeSpan.FromHours(23));
        fixture.Join("n1");
        fixture.Simulation.Advance(TimeSpan.FromHours(23));

        Assert.Equal(NodeState.Down, fixture.NodeOf("n1").Status.State);
        Assert.Equal(TaskState.Running, fixture.StateOf("running"));

        fixture.Simulation.Advance(TimeSpan.FromHours(2));
        Assert.Equal(TaskState.Orphaned, fixture.StateOf("running"));
    }

    [Fact]
    public void Five_thousand_beating_nodes_leave_the_deadline_heap_and_the_store_alone()
    {
        const int nodes = 5_000;
        var fixture = new DispatcherFixture();
        fixture.Write(transaction =>
        {
            for (var i = 0; i < nodes; i++)
            {
                transaction.Create(new Node { Id = new NodeId($"n{i:00000}") });
            }
        });
        fixture.Start();
        var joined = Enumerable.Range(0, nodes)
            .Select(i => new FakeNode(fixture, fixture.Dispatcher.Connect(new NodeId($"n{i:00000}"), "")))
            .ToList();
        joined.ForEach(node => node.Open());
        fixture.Advance(1);
        Assert.All(joined, node => Assert.Single(node.Messages));
        var version = fixture.Store.Current.Version;

        _ = fixture.Simulation.StartAsync(() =>
            Task.WhenAll(joined.Take(nodes - 1).Select(node => BeatAsync(fixture, node))));
        fixture.Advance(300);

        Assert.Equal(nodes, fixture.Store.Current.Nodes.Count);
        Assert.Equal(NodeState.Down, fixture.NodeOf($"n{nodes - 1:00000}").Status.State);
        Assert.Equal(nodes - 1, fixture.Store.Current.Nodes.Count(node => node.Status.State == NodeState.Ready));
        Assert.Equal(version.Index + 1, fixture.Store.Current.Version.Index);
        Assert.InRange(fixture.Dispatcher.Presences.QueuedDeadlines, nodes, 2 * nodes);
    }

    private static async Task BeatAsync(DispatcherFixture fixture, FakeNode node)
    {
        while (true)
        {
            var period = await node.Connection.HeartbeatAsync(node.SessionId, CancellationToken.None);
            await Task.Delay(period, fixture.Simulation.Time);
        }
    }
}
