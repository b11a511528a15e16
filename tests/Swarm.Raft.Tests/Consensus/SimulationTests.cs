using FsCheck;
using FsCheck.Fluent;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Whole groups under faults: a failing seed is printed and replays exactly.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void Nothing_that_is_promised_is_broken_with_the_usual_settings() =>
        Check(plain => plain with { PreVote = true, CheckQuorum = true, ElectionTicks = 5 });

    [Fact]
    public void Nothing_that_is_promised_is_broken_without_pre_vote_and_quorum_checks() => Check(plain => plain);

    [Fact]
    public void Nothing_that_is_promised_is_broken_with_every_limit_at_its_smallest() =>
        Check(plain => plain with
        {
            PreVote = true,
            CheckQuorum = true,
            ElectionTicks = 3,
            MaxAppendEntries = 1,
            MaxInflightMessages = 1,
            MaxApplyBytes = 1,
            SnapshotTicks = 5,
        });

    [Fact]
    public void Nothing_that_is_promised_is_broken_when_members_are_set_up_differently() =>
        Check(plain => plain with
        {
            PreVote = plain.Id % 2 == 0,
            CheckQuorum = plain.Id % 3 == 0,
            StepDownOnRemoval = plain.Id < 3,
            MaxInflightMessages = (int)plain.Id,
        });

    [Fact]
    public void Runs_are_long_enough_to_mean_something()
    {
        var (committed, elections, served) = (0UL, 0, 0);
        for (var seed = 0; seed < 20; seed++)
        {
            var world = new World(seed, plain => plain with { PreVote = true, CheckQuorum = true, ElectionTicks = 5 });
            world.Run(10_000);
            (committed, elections, served) =
                (committed + world.Committed - 10, elections + world.Elections, served + world.Served);
        }

        Assert.True(
            committed > 400 && elections > 40 && served > 20,
            $"{committed} entries, {elections} elections, {served} reads");
    }

    [Fact]
    public void Equal_seeds_give_equal_runs()
    {
        string Run()
        {
            var world = new World(42, plain => plain with { PreVote = true, CheckQuorum = true });
            world.Run(20_000);
            return world.Trace;
        }

        var first = Run();
        Assert.Equal(first, Run());
        Assert.True(first.Length > 10_000);
    }

    private static void Check(Func<RaftCoreOptions, RaftCoreOptions> options) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var world = new World(seed, options);
            world.Run(6_000);
            world.Heal();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
}
