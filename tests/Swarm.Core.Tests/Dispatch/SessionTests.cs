using Swarm.Dispatch;

namespace Swarm.Core.Tests.Dispatch;

public class SessionTests
{
    [Fact]
    public void A_node_that_registers_is_ready_before_it_is_told_of_its_session()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");

        var node = fixture.Join("n1", hostname: "alpha");

        Assert.Equal(new NodeStatus(NodeState.Ready, "", "n1:1234"), fixture.NodeOf("n1").Status);
        Assert.Equal("alpha", fixture.NodeOf("n1").Description?.Hostname);
        var message = Assert.Single(node.Messages);
        Assert.Equal(25, message.SessionId.Length);
        Assert.Equal(NodeState.Ready, message.Node.Status.State);
    }

    [Fact]
    public void A_node_that_is_not_in_the_store_is_refused()
    {
        var fixture = new DispatcherFixture().Start();

        var node = fixture.Join("n1");

        Assert.Equal(SwarmErrorCode.NotFound, node.SessionError?.Code);
        Assert.Equal("node not found", node.SessionError?.Message);
    }

    [Fact]
    public void Scenario_069_a_second_registration_makes_the_first_session_invalid()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var first = fixture.Join("n1");
        first.OpenAssignments();

        var second = fixture.Join("n1");

        Assert.NotEqual(first.SessionId, second.SessionId);
        Assert.Equal("node must disconnect", first.SessionError?.Message);
        Assert.Equal("node must disconnect", first.AssignmentsError?.Message);
        var error = Assert.Throws<SwarmException>(() => first.Beat());
        Assert.Equal((SwarmErrorCode.SessionInvalid, "session invalid"), (error.Code, error.Message));
        Assert.True(second.Beat() > TimeSpan.Zero);
    }

    [Fact]
    public void Scenario_070_more_than_three_registrations_within_eight_seconds_are_refused()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(fixture.Join("n1").SessionError);
        }

        var error = fixture.Join("n1").SessionError;
        Assert.Equal(SwarmErrorCode.Unavailable, error?.Code);
        Assert.Equal("node n1 exceeded rate limit count of registrations", error?.Message);

        fixture.Advance(8);
        Assert.Null(fixture.Join("n1").SessionError);
    }

    [Fact]
    public void Resuming_a_session_refreshes_the_node_and_does_not_count_as_registration()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var first = fixture.Join("n1");
        var node = first;
        for (var i = 0; i < 5; i++)
        {
            node = fixture.Join("n1", first.SessionId, $"host{i}");
            Assert.Equal(first.SessionId, node.SessionId);
        }

        Assert.Equal("host4", fixture.NodeOf("n1").Description?.Hostname);
        Assert.NotNull(first.SessionError);
        Assert.Null(node.SessionError);
    }

    [Fact]
    public void An_unknown_session_id_makes_a_new_session()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");

        var node = fixture.Join("n1", "of-another-manager");

        Assert.NotEqual("of-another-manager", node.SessionId);
        Assert.Null(node.SessionError);
    }

    [Fact]
    public void Changes_of_the_node_and_of_the_managers_are_sent_with_the_full_set()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var node = fixture.Join("n1");

        fixture.Dispatcher.SetManagers([new ManagerPeer(new NodeId("m1"), "m1:2377", 10)]);
        fixture.Simulation.Settle();
        Assert.Equal("m1:2377", Assert.Single(node.Messages[^1].Managers).Address);

        fixture.Write(transaction =>
        {
            var stored = transaction.Nodes.Find("n1")!;
            transaction.Update(stored with { Spec = stored.Spec with { Availability = NodeAvailability.Drain } });
        });
        Assert.Equal(NodeAvailability.Drain, node.Messages[^1].Node.Spec.Availability);
        Assert.Single(node.Messages[^1].Managers);
        Assert.Equal(3, node.Messages.Count);
    }

    [Fact]
    public void Changes_of_other_nodes_and_of_tasks_are_no_news_to_a_session()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        fixture.AddNode("n2");
        var node = fixture.Join("n1");

        fixture.Join("n2");
        fixture.AddTask("t1", "n1");

        Assert.Single(node.Messages);
    }

    [Fact]
    public void The_session_of_a_removed_node_ends()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var node = fixture.Join("n1");

        fixture.Write(transaction => transaction.Remove(transaction.Nodes.Find("n1")!));

        Assert.Equal("node not found", node.SessionError?.Message);
        Assert.Throws<SwarmException>(() => node.Beat());
    }

    [Fact]
    public void A_node_that_comes_before_the_term_has_begun_waits_for_it()
    {
        var fixture = new DispatcherFixture();
        fixture.AddNode("n1");
        var node = fixture.Join("n1");
        Assert.Null(node.SessionError);

        fixture.Start();
        fixture.Advance(1);

        Assert.Null(node.SessionError);
        node.Beat();
        Assert.Equal(NodeState.Ready, fixture.NodeOf("n1").Status.State);
    }

    [Fact]
    public void A_stopped_dispatcher_ends_sessions_and_takes_no_calls()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var node = fixture.Join("n1").OpenAssignments().Listen();

        fixture.Stop();

        foreach (var error in new[] { node.SessionError, node.AssignmentsError, node.ListenError })
        {
            Assert.Equal((SwarmErrorCode.Unavailable, "dispatcher is stopped"), (error!.Code, error.Message));
        }

        Assert.Equal("dispatcher is stopped", Assert.Throws<SwarmException>(() => node.Beat()).Message);
        Assert.Equal("dispatcher is stopped", fixture.Join("n1").SessionError?.Message);
        Assert.Equal(NodeState.Ready, fixture.NodeOf("n1").Status.State);
    }

    [Fact]
    public void A_stream_that_the_node_closes_does_not_end_its_session()
    {
        var fixture = new DispatcherFixture().Start();
        fixture.AddNode("n1");
        var node = fixture.Join("n1");

        node.Disconnect();

        Assert.Equal(NodeState.Ready, fixture.NodeOf("n1").Status.State);
        node.Beat();
    }
}
