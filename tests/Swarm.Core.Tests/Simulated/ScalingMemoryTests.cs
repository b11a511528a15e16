namespace Swarm.Core.Tests.Simulated;

/// <summary>Runs while no other test does: it measures the memory of the process.</summary>
[Collection(nameof(ScalingMemoryTests))]
[CollectionDefinition(nameof(ScalingMemoryTests), DisableParallelization = true)]
public sealed class ScalingMemoryTests
{
    [Fact]
    public void R42_scaling_to_a_thousand_and_back_again_and_again_leaves_nothing_behind()
    {
        using var swarm = new SwarmUnderTest(seed: 11, workers: 3);
        var web = swarm.Simulation.Run(() => swarm.Client.Services.CreateAsync(new ServiceSpec
        {
            Name = "web",
            Mode = new ReplicatedMode(0),
            TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "good:1" } },
        })).Id;
        var heap = new List<long>();
        for (var round = 0; round < 30; round++)
        {
            Scale(1_000);
            Assert.Equal(1_000, swarm.RunningProcesses);
            Scale(0);
            Assert.Equal((0, 0), (swarm.View.Tasks.Count, swarm.RunningProcesses));
            heap.Add(GC.GetTotalMemory(forceFullCollection: true));
        }

        // The history of changes has its limit, which the first rounds fill. Something on the stack may keep what a few
        // rounds have left, and lets go of it again: what leaks is there in the leanest of the last rounds as well.
        Assert.InRange(heap.Skip(20).Min() - heap.Skip(5).Take(10).Min(), long.MinValue, 1 << 20);

        void Scale(long replicas)
        {
            swarm.Run(() => swarm.Client.Services.UpdateAsync(
                web,
                spec => spec with { Mode = new ReplicatedMode(replicas) }));
            swarm.Advance(TimeSpan.FromSeconds(10));
            while (swarm.Feed.TryRead(out _))
            {
                continue;
            }
        }
    }
}
