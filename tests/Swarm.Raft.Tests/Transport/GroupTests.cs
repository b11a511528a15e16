using System.Text;

namespace Swarm.Raft.Tests.Transport;

/// <summary>Groups over TCP with TLS.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task Three_members_elect_a_leader_replicate_and_read_what_is_committed_on_each()
    {
        await using var group = new TestGroup();
        await group.FoundAsync(1, 2, 3);

        var leader = await group.LeaderAsync();
        Assert.Equal(RaftRole.Leader, leader.Node.Role);
        await group.ProposeAsync("a");
        await group.ProposeAsync("b");

        foreach (var member in group.Members.Values)
        {
            Assert.Equal(leader.Id, await member.Node.WaitForLeaderAsync().WaitAsync(TestGroup.Patience));
            await member.Node.ReadBarrierAsync().WaitAsync(TestGroup.Patience);
            Assert.Equal(["a", "b"], member.Machine.All);
        }
    }

    [Fact]
    public async Task A_follower_names_the_leader_to_whoever_proposes_to_it()
    {
        await using var group = new TestGroup();
        await group.FoundAsync(1, 2, 3);
        var leader = await group.LeaderAsync();
        var follower = group.Members.Values.First(member => member != leader);
        await follower.Node.WaitForLeaderAsync().WaitAsync(TestGroup.Patience);

        var error = await Assert.ThrowsAsync<NotLeaderException>(() => follower.Node.ProposeAsync(new byte[] { 1 }));

        Assert.Equal(leader.Id, error.Leader);
        Assert.False(error.MayCommit);
    }

    [Fact]
    public async Task The_others_go_on_without_a_member_and_it_catches_up_after_its_restart()
    {
        await using var group = new TestGroup();
        await group.FoundAsync(1, 2, 3);
        var killed = await group.LeaderAsync();
        await group.ProposeAsync("before");

        await killed.StopAsync();
        await group.ProposeAsync("without");
        await group.StartAsync(killed, [1, 2, 3]);

        await TestGroup.UntilAsync(() => killed.Machine.All.Length == 2);
        Assert.Equal(["before", "without"], killed.Machine.All);
        Assert.Equal(0, killed.Machine.Restored);
    }

    [Fact]
    public async Task A_member_that_is_too_far_behind_gets_a_snapshot_and_what_follows()
    {
        await using var group = new TestGroup
        {
            Options = new RaftNodeOptions
            {
                TickInterval = TimeSpan.FromMilliseconds(20),
                SnapshotInterval = 20,
                LogEntriesForSlowFollowers = 1,
            },
        };
        await group.FoundAsync(1, 2, 3);
        var leader = await group.LeaderAsync();
        var behind = group.Members.Values.First(member => member != leader);
        await behind.StopAsync();
        for (var i = 0; i < 50; i++)
        {
            await group.ProposeAsync($"line {i}");
        }

        await TestGroup.UntilAsync(() => group.Members.Values.Where(member => member.IsRunning)
            .All(member => member.Storage.FirstIndex > 20));
        await group.StartAsync(behind, [1, 2, 3]);

        await TestGroup.UntilAsync(() => behind.Machine.All.Length == 50);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"line {i}"), behind.Machine.All);
        Assert.True(behind.Machine.Restored > 0);
        Assert.Contains(group.Members.Values, member => member.Log.Has($"has reached member {behind.Id}"));

        // What it got is its own now.
        await behind.StopAsync();
        await group.StartAsync(behind, []);
        await TestGroup.UntilAsync(() => behind.Machine.All.Length == 50);
    }

    [Fact]
    public async Task Members_are_added_and_removed_while_entries_are_replicated()
    {
        await using var group = new TestGroup();
        await group.FoundAsync(1);
        await group.ProposeAsync("alone");

        foreach (var id in (ulong[])[2, 3])
        {
            await group.JoinAsync(id);
            var leading = await group.LeaderAsync();
            await leading.Node.AddLearnerAsync(id, Encoding.UTF8.GetBytes("context")).WaitAsync(TestGroup.Patience);
            await TestGroup.UntilAsync(() => group.Members[id].Machine.All.Length > 0);
            await leading.Node.AddVoterAsync(id).WaitAsync(TestGroup.Patience);
        }

        await group.ProposeAsync("three");
        await TestGroup.UntilAsync(() => group.Members.Values.All(member => member.Machine.All.Length == 2));

        var leader = await group.LeaderAsync();
        await leader.Node.RemoveAsync(1).WaitAsync(TestGroup.Patience);
        await group.Members[1].StopAsync();
        await group.Members[2].Transport.RemovePeerAsync(1);
        await group.Members[3].Transport.RemovePeerAsync(1);
        await group.ProposeAsync("two");

        await TestGroup.UntilAsync(() => group.Members[2].Machine.All.Length == 3);
        Assert.Equal([2UL, 3], (await group.Members[3].Node.GetMembershipAsync()).Voters);
        await TestGroup.UntilAsync(() => group.Members[3].Machine.All is ["alone", "three", "two"]);
    }

    [Fact]
    public async Task A_member_that_has_moved_is_found_at_its_new_address()
    {
        await using var group = new TestGroup(secure: false);
        await group.FoundAsync(1, 2, 3);
        await group.ProposeAsync("before");
        var moved = group.Members[2];
        await moved.StopAsync();

        var there = group.Members[2] = moved.At(TestGroup.FreePort());
        await group.StartAsync(there, []);
        group.Members[1].Transport.SetPeer(2, there.Address);
        group.Members[3].Transport.SetPeer(2, there.Address);
        await group.ProposeAsync("after");

        await TestGroup.UntilAsync(() => there.Machine.All is ["before", "after"]);
    }
}
