namespace Swarm.Testing.Tests.Simulated;

/// <summary>Which kind of history.</summary>
public enum HistoryKind
{
    /// <summary>Everything that can happen to a swarm.</summary>
    Disturbed,

    /// <summary>Updates, rollbacks and changes of leader, held to the bounds of updates.</summary>
    UpdatesOnly,
}

/// <summary>Plays histories of whole swarms by seed.</summary>
public static class ClusterHistories
{
    private const int Steps = 40;
    private const int Updates = 4;

    /// <summary>Plays one.</summary>
    /// <exception cref="SwarmTestException">A law was broken.</exception>
    public static async Task<int> PlayAsync(HistoryKind kind, int seed, Action<string>? tell = null)
    {
        await using var cluster = await SwarmTestCluster.StartAsync(OptionsOf(kind, seed));
        var play = new RandomPlay(cluster);
        try
        {
            if (kind == HistoryKind.UpdatesOnly)
            {
                await play.UpdateOnlyAsync(Updates);
            }
            else
            {
                await play.DisturbAsync(Steps);
                await play.CalmAsync();
                await play.RemoveEverythingAsync();
            }
        }
        finally
        {
            play.Story.ForEach(line => tell?.Invoke(line));
        }

        return play.Acknowledged;
    }

    /// <summary>Plays histories until one breaks a law.</summary>
    /// <returns>The law and the seed, or null. Text, so that callers of another copy of the assembly can read it.</returns>
    public static string? FindFailure(HistoryKind kind, int first, int count)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            try
            {
#pragma warning disable VSTHRD002, xUnit1031 // Nothing in a test cluster is ever left waiting.
                PlayAsync(kind, seed).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002, xUnit1031
            }
            catch (Exception failure)
            {
                return $"{kind} history {seed}: {(failure as SwarmTestException)?.Law ?? failure.ToString()}";
            }
        }

        return null;
    }

    private static SwarmTestClusterOptions OptionsOf(HistoryKind kind, int seed) => new()
    {
        Seed = seed,
        Managers = kind == HistoryKind.UpdatesOnly ? 3 : new Random(seed).Next(4) == 0 ? 1 : 3,
        Workers = 3,
        ManagerAvailability = kind == HistoryKind.UpdatesOnly ? NodeAvailability.Drain : NodeAvailability.Active,
        SnapshotInterval = 200,
        LogEntriesForSlowFollowers = 20,
        ReplayCommand =
            $"SWARM_SEED={seed} dotnet test -c Release tests/Swarm.Testing.Tests --filter HistoryTests",
    };
}
