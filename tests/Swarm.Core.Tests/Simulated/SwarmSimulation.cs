namespace Swarm.Core.Tests.Simulated;

/// <summary>Whole swarms with random specs, updates, failures, drains, leaders and clocks, repeatable by seed.</summary>
public sealed class SwarmSimulation
{
    private const string SeedVariable = "SWARM_SIMULATION_SEED";
    private const string CountVariable = "SWARM_SIMULATION_COUNT";

    public static TheoryData<int> Seeds { get; } = [.. SeedsToRun(25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_happens_the_swarm_keeps_its_promises_and_ends_up_as_asked_for(int seed) =>
        Play(seed, nameof(Whatever_happens_the_swarm_keeps_its_promises_and_ends_up_as_asked_for), swarm =>
        {
            var play = new RandomPlay(swarm, seed);
            play.Disturb(60);
            play.Calm();
            play.Invariants.CheckAtRest();
            play.RemoveEverything();
        });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void R45_updates_never_leave_their_bounds_whoever_leads_and_whatever_fails(int seed) =>
        Play(seed, nameof(R45_updates_never_leave_their_bounds_whoever_leads_and_whatever_fails), swarm =>
        {
            var play = new RandomPlay(swarm, seed);
            play.UpdateOnly(12);
        });

    [Fact]
    public void The_same_seed_gives_the_same_history()
    {
        Assert.Equal(History(3), History(3));

        static string History(int seed)
        {
            using var swarm = new SwarmUnderTest(seed, workers: 3);
            var play = new RandomPlay(swarm, seed);
            play.Disturb(25);
            return string.Join('\n', swarm.View.Tasks.Select(task => $"{task.Id} {task.NodeId} {task.Status}"));
        }
    }

    private static IEnumerable<int> SeedsToRun(int count)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var seed))
        {
            return [seed];
        }

        return Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out var n) ? n : count);
    }

    private static void Play(int seed, string test, Action<SwarmUnderTest> play)
    {
        using var swarm = new SwarmUnderTest(seed, workers: 4);
        try
        {
            play(swarm);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"{exception.Message}\nat virtual time {swarm.Simulation.Time.GetUtcNow():O}; replay with\n"
                + $"{SeedVariable}={seed} dotnet test -c Release tests/Swarm.Core.Tests --filter {test}",
                exception);
        }
    }
}
