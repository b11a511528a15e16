using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit.Abstractions;

namespace Swarm.Simulation.Tests;

/// <summary>
/// Many histories, each from a seed. <c>SWARM_HISTORIES</c> plays so many, <c>SWARM_SEED</c> only that one and tells
/// what happened; <c>SWARM_FIRST_SEED</c> begins elsewhere.
/// </summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int MostFailures = 20;

    private static readonly int Count = (int)Number("SWARM_HISTORIES", 12_000);
    private static readonly ulong? Only =
        Environment.GetEnvironmentVariable("SWARM_SEED") is { } text ? ulong.Parse(text) : null;

    [Fact]
    public void Nothing_that_is_promised_is_broken_over_model_disks() => Play(Profile.Core, Count * 3 / 4);

    [Fact]
    public void Nothing_that_is_promised_is_broken_with_leases_and_steady_clocks() => Play(Profile.Lease, Count / 8);

    [Fact]
    public void Nothing_that_is_promised_is_broken_over_real_logs_whose_machines_lose_power() => Play(Profile.Disk, Count / 8);

    private static long Number(string name, long otherwise) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), out var number) ? number : otherwise;

    // Goes on after a failure, since one mistake often shows itself in several ways.
    private void Play(Profile profile, int count)
    {
        var first = Only ?? (ulong)Number("SWARM_FIRST_SEED", 1);
        var watch = Stopwatch.StartNew();
        var totals = new Totals();
        var failures = new ConcurrentQueue<(ulong Seed, string Law)>();
        Parallel.For(0, Only is null ? count : 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (i, loop) =>
        {
            try
            {
                totals.Add(Disks.Play(first + (ulong)i, profile));
            }
            catch (SimulationFailure failure)
            {
                failures.Enqueue((first + (ulong)i, failure.Message));
                if (failures.Count >= MostFailures)
                {
                    loop.Stop();
                }
            }
        });
        output.WriteLine($"{profile}: {totals} in {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.True(failures.IsEmpty, Explain(profile, [.. failures.OrderBy(failure => failure.Seed)]));
        Assert.True(Only is not null || totals.MeansSomething, $"histories are too dull to prove anything: {totals}");
    }

    private static string Explain(Profile profile, (ulong Seed, string Law)[] failures)
    {
        if (failures.Length == 0)
        {
            return "";
        }

        var seed = failures[0].Seed;
        var lines = new LastLines(Only is null ? 60 : 100_000);
        var again = Record.Exception(() => Disks.Play(seed, profile, tell: lines.Add));
        return $"{string.Join('\n', failures.Select(failure => $"{profile} history {failure.Seed}: {failure.Law}"))}\n\n"
            + $"the end of history {seed}:\n{lines}\n{again?.Message ?? "this time nothing was broken: it depends on more than its seed"}\n\n"
            + $"replay: SWARM_SEED={seed} dotnet test -c Release tests/Swarm.Simulation.Tests --filter HistoryTests";
    }
}
