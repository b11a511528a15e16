using FsCheck;
using FsCheck.Fluent;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Whole groups under faults: a failing seed is printed and replays exactly.</summary>
public sealed class SimulationTests
{
    // More runs for a long night: SWARM_RAFT_RUNS=10000 dotnet test --filter SimulationTests
    private static readonly int Runs =
        int.TryParse(Environment.GetEnvironmentVariable("SWARM_RAFT_RUNS"), out var runs) ? runs : 60;

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
            MaxInflightMessages = (int)plain.Id,
        });

    // Without progress at the end: a removed leader goes on leading and takes no proposals until its host stops it.
    [Fact]
    public void Nothing_that_is_promised_is_broken_when_removed_leaders_stay() =>
        Check(plain => plain with { StepDownOnRemoval = false, ElectionTicks = 5 }, heals: false);

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

    private static void Check(Func<RaftCoreOptions, RaftCoreOptions> options, bool heals = true) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var world = new World(seed, options);
            world.Run(6_000);
            if (heals)
            {
                world.Heal();
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));
}
