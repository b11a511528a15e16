namespace Swarm.Simulation.Tests;

/// <summary>Plays histories by seed.</summary>
internal static class Histories
{
    /// <summary>Plays one over model disks.</summary>
    public static SimWorld Play(
        ulong seed, Profile profile, HostMistake mistake = HostMistake.None, Action<string>? tell = null) =>
        Play(seed, profile, mistake, (_, start, entries, state, _) => new ModelDisk(start, entries, state, mistake), tell);

    /// <summary>Plays one over disks of one's own.</summary>
    public static SimWorld Play(
        ulong seed, Profile profile, HostMistake mistake, DiskMaker disks, Action<string>? tell = null)
    {
        // Neighbouring seeds have nothing in common.
        var random = new SimRandom(Mixing.Mix((ulong)profile + 1, seed));
        var world = new SimWorld(seed, HistoryPlan.Draw(profile, random), random, disks, mistake) { Tell = tell };
        world.Run();
        return world;
    }

    /// <summary>Plays histories until one breaks a law.</summary>
    /// <returns>Seed and law, or null.</returns>
    public static (ulong Seed, string Law)? FindFailure(Profile profile, HostMistake mistake, ulong first, int count)
    {
        for (var seed = first; seed < first + (ulong)count; seed++)
        {
            try
            {
                Play(seed, profile, mistake);
            }
            catch (SimulationFailure failure)
            {
                return (seed, failure.Message);
            }
        }

        return null;
    }
}
