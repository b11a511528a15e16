using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.Replication;

/// <summary>How a quorum loses, takes in and lets go of members, on managers of this process.</summary>
public sealed class QuorumScenarios : QuorumTests
{
    [Fact]
    public async Task Scenario_100_two_of_five_managers_change_nothing_and_three_go_on()
    {
        var managers = await FormAsync(5);
        await managers[0].AddConfigAsync("before");
        await SeesAsync(managers[3], "before");
        await SeesAsync(managers[4], "before");
        foreach (var lost in managers[..3])
        {
            await lost.StopAsync();
        }

        var refusal = await Assert.ThrowsAsync<SwarmException>(() => managers[3].AddConfigAsync("lost"));
        Assert.Contains(refusal.Code, new[] { SwarmErrorCode.NoLeader, SwarmErrorCode.Unavailable });

        await managers[0].StartAsync();
        await ManagerUnderTest.BecomesAsync(() => managers[4].AddConfigAsync("after"), _ => true);

        // What was refused is not lost for sure: a leader of two may have written it down, and a majority may take it up.
        foreach (var manager in new[] { managers[0], managers[3], managers[4] })
        {
            await ManagerUnderTest.BecomesAsync(
                manager.ConfigsAsync,
                found => found.Contains("after") && found.Contains("before"));
        }
    }

    [Fact]
    public async Task Scenario_101_a_manager_that_cannot_be_reached_is_not_taken_in_and_one_that_asks_twice_is_in_once()
    {
        var manager = (await FormAsync(1))[0];
        var unreachable = await AddAsync("deaf");
        var token = (await manager.Client.Cluster.GetAsync()).RootCa.ManagerJoinToken;

        var refusal = await Assert.ThrowsAsync<SwarmException>(() => unreachable.Node.JoinAsync(
            new SwarmJoinRequest(
                $"{unreachable.Address}:2377",
                ManagerUnderTest.NextLoopbackAddress(),
                "",
                [$"{manager.Address}:2377"],
                token,
                NodeAvailability.Active),
            CancellationToken.None));
        Assert.Contains("Timeout was reached before node joined", refusal.Message);
        Assert.Single(await manager.NodesAsync(), node => node.ManagerStatus is not null);

        var other = await AddAsync("m1");
        await other.JoinAsync(manager);
        var status = await StatusOfAsync(manager, other);
        await other.StopAsync();
        await other.StartAsync();
        Assert.Equal(status.RaftId, (await StatusOfAsync(manager, other)).RaftId);
        Assert.Equal(2, (await manager.NodesAsync()).Count(node => node.ManagerStatus is not null));
    }

    [Fact]
    public async Task Scenario_102_a_leader_that_leaves_is_replaced_and_forgotten()
    {
        var managers = await FormAsync(3);
        var leader = managers[0].Node.NodeId;
        await managers[0].AddConfigAsync("before");
        await ChangeRoleAsync(managers[0], leader, NodeRole.Worker);

        await BecomesAsync(managers[1], nodes =>
            nodes.Count(node => node.ManagerStatus is not null) == 2
            && nodes.Count(node => node.ManagerStatus is { Leader: true }) == 1
            && nodes.Single(node => node.Id == leader) is { Role: NodeRole.Worker });
        await ManagerUnderTest.BecomesAsync(() => Task.FromResult(managers[0].Node.IsManager), isManager => !isManager);
        await ManagerUnderTest.BecomesAsync(() => managers[2].AddConfigAsync("after"), _ => true);
        await SeesAsync(managers[1], "after", "before");

        await managers[0].Node.LeaveAsync(force: true, CancellationToken.None);
        await BecomesAsync(managers[1], nodes => nodes.Single(node => node.Id == leader).Status.State == NodeState.Down);
        await managers[1].Client.Nodes.RemoveAsync(leader);
        Assert.Equal(2, (await managers[1].NodesAsync()).Length);
    }

    [Fact]
    public async Task Scenario_109_members_roles_and_certificates_follow_every_demotion_and_promotion()
    {
        var managers = await FormAsync(3);
        var (leader, other, third) = (managers[0], managers[1], managers[2]);

        await ChangeRoleAsync(leader, third.Node.NodeId, NodeRole.Worker);
        await RolesAsync(leader, leader, other);
        await ChangeRoleAsync(leader, third.Node.NodeId, NodeRole.Manager);
        await RolesAsync(leader, leader, other, third);

        // Demoted and promoted again before it has noticed: it gets a new place in the quorum.
        var place = (await StatusOfAsync(leader, third)).RaftId;
        await ChangeRoleAsync(leader, third.Node.NodeId, NodeRole.Worker);
        await BecomesAsync(leader, nodes => nodes.Count(node => node.ManagerStatus is not null) == 2);
        await ChangeRoleAsync(leader, third.Node.NodeId, NodeRole.Manager);
        await BecomesAsync(leader, nodes => nodes.Any(node => node.Id == third.Node.NodeId
            && node.ManagerStatus is { Reachability: Reachability.Reachable } status && status.RaftId != place));
        await RolesAsync(leader, leader, other, third);

        // One that is down, and follows when it is back.
        var down = third.Node.NodeId;
        await third.StopAsync();
        await BecomesAsync(leader, nodes => nodes.Single(node => node.Id == down)
            .ManagerStatus is { Reachability: Reachability.Unreachable });
        await ChangeRoleAsync(leader, down, NodeRole.Worker);
        await BecomesAsync(leader, nodes => nodes.Count(node => node.ManagerStatus is not null) == 2);
        await third.StartAsync();
        await RolesAsync(leader, leader, other);

        // The leader itself, and down to a single one, which stays.
        await ChangeRoleAsync(leader, leader.Node.NodeId, NodeRole.Worker);
        await RolesAsync(other, other);
        var refusal = await Assert.ThrowsAsync<SwarmException>(
            () => ChangeRoleAsync(other, other.Node.NodeId, NodeRole.Worker));
        Assert.Equal("attempting to demote the last manager of the swarm", refusal.Message);
        await other.AddConfigAsync("alone");
    }

    /// <summary>Asks for a role; again when the node has changed meanwhile.</summary>
    private static async Task ChangeRoleAsync(ManagerUnderTest through, NodeId id, NodeRole role)
    {
        for (var tries = 10; ; tries--)
        {
            var node = await through.Client.Nodes.FindAsync(id.Value);
            try
            {
                await through.Client.Nodes.UpdateAsync(id, node.Version, node.Spec with { DesiredRole = role });
                return;
            }
            catch (SwarmException exception) when (
                exception.Code == SwarmErrorCode.UpdateOutOfSequence && tries > 0)
            {
                // It is told what it is in the meantime.
            }
        }
    }

    private static Task SeesAsync(ManagerUnderTest manager, params string[] configs) =>
        ManagerUnderTest.BecomesAsync(manager.ConfigsAsync, found => found.SequenceEqual(configs));

    private static Task BecomesAsync(ManagerUnderTest manager, Func<Swarm.Node[], bool> wanted) =>
        ManagerUnderTest.BecomesAsync(manager.NodesAsync, wanted);

    private static async Task<ManagerStatus> StatusOfAsync(ManagerUnderTest seenBy, ManagerUnderTest manager)
    {
        var nodes = await ManagerUnderTest.BecomesAsync(seenBy.NodesAsync, found => found.Any(node =>
            node.Id == manager.Node.NodeId && node.ManagerStatus is { Reachability: Reachability.Reachable }));
        return nodes.Single(node => node.Id == manager.Node.NodeId).ManagerStatus!;
    }

    /// <summary>Waits until members, roles in the store, and what each node's certificate says are these managers.</summary>
    private async Task RolesAsync(ManagerUnderTest seenBy, params ManagerUnderTest[] expected)
    {
        await ManagerUnderTest.BecomesAsync(
            async () =>
            {
                var nodes = await seenBy.NodesAsync();
                return string.Join(' ', nodes
                    .Where(node => node.Role == NodeRole.Manager || node.ManagerStatus is not null)
                    .Select(node => $"{node.Description?.Hostname} {node.Role} {node.ManagerStatus?.Reachability}")
                    .Order(StringComparer.Ordinal));
            },
            found => found == string.Join(' ', expected
                .Select(manager => $"{manager.Name} {NodeRole.Manager} {Reachability.Reachable}")
                .Order(StringComparer.Ordinal)));
        foreach (var manager in Managers)
        {
            await ManagerUnderTest.BecomesAsync(
                () => Task.FromResult(manager.Node.IsManager),
                isManager => isManager == expected.Contains(manager));
        }
    }
}
