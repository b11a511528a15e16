namespace Swarm.Raft.Tests.Transport;

public sealed class RestoringTests
{
    [Fact]
    public async Task A_member_keeps_entries_and_answers_its_leader_while_it_restores_a_state()
    {
        await using var group = new TestGroup
        {
            Options = new()
            {
                TickInterval = TimeSpan.FromMilliseconds(20),
                SnapshotInterval = 0,
                LogEntriesForSlowFollowers = 0,
            },
        };
        await group.FoundAsync(1);
        await group.ProposeAsync("first");
        var leader = await group.LeaderAsync();
        leader.Node.SaveSnapshot();
        await TestGroup.UntilAsync(() => leader.Storage.FirstIndex > 1);

        var restoring = new TaskCompletionSource();
        var member = await group.JoinAsync(2);
        member.Machine.Gate = restoring.Task;
        await leader.Node.AddVoterAsync(2).WaitAsync(TestGroup.Patience);
        await TestGroup.UntilAsync(() => member.Machine.IsRestoring);

        // There are two voters: nothing is committed without the one that restores.
        foreach (var text in new[] { "second", "third" })
        {
            await leader.Node.ProposeAsync(System.Text.Encoding.UTF8.GetBytes(text)).WaitAsync(TestGroup.Patience);
        }

        var captured = member.Node.CaptureAsync(here => here.Index);
        await member.Node.GetMembershipAsync();
        Assert.Empty(member.Machine.All);
        Assert.False(captured.IsCompleted);

        restoring.SetResult();
        Assert.True(await captured.WaitAsync(TestGroup.Patience) > 0);
        await TestGroup.UntilAsync(() => member.Machine.All.SequenceEqual(["first", "second", "third"]));
        Assert.Equal(leader.Machine.All, member.Machine.All);
    }
}
