using System.Diagnostics;
using Swarm.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Swarm.Interop.Tests;

/// <summary>How long a worker takes to join, by who manages and who works. Printed, not judged.</summary>
[Collection(Engines.Collection)]
public sealed class JoinTimeTests(Engines engines, ITestOutputHelper output)
{
    private const int Repetitions = 5;

    private static readonly TimeSpan Closely = TimeSpan.FromMilliseconds(5);

    [SkippableTheory]
    [InlineData("docker", "docker")]
    [InlineData("ours", "docker")]
    [InlineData("docker", "ours")]
    [InlineData("ours", "ours")]
    public async Task Join_times(string manager, string worker)
    {
        await Requirements.OrSkipAsync();
        if ((manager, worker) != ("docker", "docker"))
        {
            Peers.OrSkip();
        }

        await MeasureAsync(
            $"manager {manager}, worker {worker}",
            manager == "ours" ? await engines.OursAsync(0) : engines.Docker[0],
            worker == "ours" ? await engines.OursAsync(1) : engines.Docker[1]);
    }

    private async Task MeasureAsync(string what, Peer manager, Peer worker)
    {
        var swarm = new SwarmUnderTest(manager, []);
        await worker.LeaveAsync();
        await swarm.EnsureAsync();
        var joined = new List<double>();
        var ready = new List<double>();
        try
        {
            for (var repetition = 0; repetition < Repetitions; repetition++)
            {
                var token = (await swarm.Docker.OkAsync("swarm", "join-token", "-q", "worker")).Trim();
                var started = Stopwatch.GetTimestamp();
                await worker.Docker.OkAsync(
                    "swarm", "join", "--token", token, "--advertise-addr", worker.Address, swarm.ManagerAddress);
                joined.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                var id = (await worker.Api.GetAsync("v1.40/info")).GetProperty("Swarm").Text("NodeID");
                await Eventually.BecomesAsync(
                    () => manager.Api.GetAsync($"v1.40/nodes/{id}"),
                    node => node.GetProperty("Status").Text("State") == "ready",
                    "the worker is ready",
                    pause: Closely);
                ready.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                await worker.LeaveAsync();
            }
        }
        finally
        {
            await worker.LeaveAsync();
            await swarm.DissolveAsync();
        }

        Print($"{what}: `swarm join` returns after {Median(joined)} ms, Ready after {Median(ready)} ms "
            + $"(medians of {Repetitions}, the command's own start included)");
    }

    private static string Median(List<double> values) => $"{values.Order().ElementAt(values.Count / 2):F0}";

    private void Print(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
