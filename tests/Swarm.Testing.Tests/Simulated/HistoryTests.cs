using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit.Abstractions;

namespace Swarm.Testing.Tests.Simulated;

/// <summary>
/// Many histories of whole swarms, each from a seed. <c>SWARM_HISTORIES</c> plays so many, <c>SWARM_SEED</c> only that one
/// and tells what happened; <c>SWARM_FIRST_SEED</c> begins elsewhere.
/// </summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int MostFailures = 20;

    private static readonly int Count = Number("SWARM_HISTORIES") ?? 240;
    private static readonly int? Only = Number("SWARM_SEED");

    [Fact]
    public void Whatever_happens_the_swarm_keeps_its_promises_and_ends_up_as_asked_for() =>
        Play(HistoryKind.Disturbed, Count * 3 / 4);

    [Fact]
    public void R45_updates_never_leave_their_bounds_whoever_leads_and_whatever_fails() =>
        Play(HistoryKind.UpdatesOnly, Count / 4);

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var number) ? number : null;

    // Goes on after a failure, since one mistake often shows itself in several ways.
    private void Play(HistoryKind kind, int count)
    {
        var first = Only ?? Number("SWARM_FIRST_SEED") ?? 1;
        var watch = Stopwatch.StartNew();
        var acknowledged = 0;
        var failures = new ConcurrentQueue<(int Seed, string Law)>();
        Parallel.For(0, Only is null ? count : 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (i, loop) =>
        {
            try
            {
#pragma warning disable VSTHRD002, xUnit1031 // Nothing in a test cluster is ever left waiting.
                Interlocked.Add(ref acknowledged, ClusterHistories.PlayAsync(kind, first + i).GetAwaiter().GetResult());
#pragma warning restore VSTHRD002, xUnit1031
            }
            catch (Exception failure)
            {
                failures.Enqueue((first + i, failure is SwarmTestException broken ? broken.Law : failure.ToString()));
                if (failures.Count >= MostFailures)
                {
                    loop.Stop();
                }
            }
        });
        output.WriteLine($"{kind}: {count} histories, {acknowledged} writes in {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.True(failures.IsEmpty, Explain(kind, [.. failures.OrderBy(failure => failure.Seed)]));
    }

    private static string Explain(HistoryKind kind, (int Seed, string Law)[] failures)
    {
        if (failures.Length == 0)
        {
            return "";
        }

        var story = new List<string>();
#pragma warning disable VSTHRD002, xUnit1031 // Nothing in a test cluster is ever left waiting.
        var again = Record.Exception(() => { ClusterHistories.PlayAsync(kind, failures[0].Seed, story.Add).GetAwaiter().GetResult(); });
#pragma warning restore VSTHRD002, xUnit1031
        return $"{string.Join('\n', failures.Select(failure => $"{kind} history {failure.Seed}: {failure.Law}"))}\n\n"
            + $"history {failures[0].Seed}:\n{string.Join('\n', story)}\n"
            + (again?.Message ?? "this time nothing was broken: it depends on more than its seed");
    }
}
