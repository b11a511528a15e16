namespace Swarm.Simulation.Tests;

/// <summary>A seed is a history: nothing else decides what happens.</summary>
public sealed class ReplayTests
{
    private const int Seeds = 40;

    [Theory]
    [InlineData(nameof(Profile.Core))]
    [InlineData(nameof(Profile.Lease))]
    [InlineData(nameof(Profile.Disk))]
    public void The_same_seed_is_the_same_history_and_another_seed_another(string profile)
    {
        var kind = Enum.Parse<Profile>(profile);
        var traces = new HashSet<ulong>();
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var world = Disks.Play(seed, kind);
            var again = Disks.Play(seed, kind);

            Assert.Equal((world.Trace, world.Events), (again.Trace, again.Events));
            traces.Add(world.Trace);
        }

        Assert.Equal(Seeds, traces.Count);
    }
}
