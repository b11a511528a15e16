using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Scheduling;
using Swarm.Storage;

namespace Swarm.Benchmarks.Scheduling;

/// <summary>Decide, and decide and commit, per task, over nodes and tasks.</summary>
internal static class SchedulerMacro
{
    private const int TasksInRow = 100_000;

    private static readonly (int Nodes, int Services, int Replicas)[] Shapes =
    [
        (10, 1, 10_000), (100, 1, 10_000), (1_000, 1, 10_000), (10_000, 1, 10_000),
        (1_000, 1, 100), (1_000, 1, 1_000), (1_000, 1, 100_000), (10_000, 1, 100_000),
        (1_000, 100, 100), (1_000, 1_000, 100), (10_000, 1_000, 100),
    ];

    public static void Run(string[] options)
    {
        var runs = options.Contains("quick") ? 3 : 7;
        WarmUp();
        if (options.Contains("growth"))
        {
            PrintGrowth(runs);
            return;
        }

        foreach (var (nodes, services, replicas) in Shapes)
        {
            foreach (var variant in new[] { Variant.Plain, Variant.Constraint, Variant.Spread2, Variant.Reservations })
            {
                var fixture = new SchedulerFixture(nodes, services, replicas, variant);
                var repeat = Math.Max(runs, 20_000 / fixture.Tasks.Length);
                Print("decide", nodes, services, replicas, variant, Decide(fixture, repeat));
                Print("decide+commit", nodes, services, replicas, variant, DecideAndCommit(fixture, repeat));
            }
        }

        foreach (var nodes in new[] { 10, 100, 1_000, 10_000, 100_000 })
        {
            Print("place-one", nodes, 1, 1, Variant.Plain, PlaceOne(nodes));
        }
    }

    /// <summary>Cost per task over tasks on 1,000 nodes, and over nodes for 10,000 tasks.</summary>
    private static void PrintGrowth(int runs)
    {
        PrintSlope("tasks", [.. new[] { 1_000, 10_000, 100_000, 1_000_000 }.Select(tasks => Point(1_000, tasks, tasks))]);
        PrintSlope("nodes", [.. new[] { 10, 100, 1_000, 10_000 }.Select(nodes => Point(nodes, 10_000, nodes))]);
        Point(10_000, 100_000, 0);

        (double Size, double Cost) Point(int nodes, int replicas, int size)
        {
            var fixture = new SchedulerFixture(nodes, 1, replicas, Variant.Plain);
            var costs = DecideAndCommit(fixture, runs);
            Print("decide+commit", nodes, 1, replicas, Variant.Plain, costs);
            return (size, costs[costs.Length / 2]);
        }
    }

    /// <summary>Least squares through the logarithms: 0 is a cost that does not grow, 1 one that grows with the size.</summary>
    private static void PrintSlope(string over, (double Size, double Cost)[] points)
    {
        var x = points.Select(point => Math.Log(point.Size)).ToArray();
        var y = points.Select(point => Math.Log(point.Cost)).ToArray();
        var (middleX, middleY) = (x.Average(), y.Average());
        var slope = x.Zip(y, (a, b) => (a - middleX) * (b - middleY)).Sum() / x.Sum(a => (a - middleX) * (a - middleX));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"figure\":\"scheduler.slope\",\"over\":\"{over}\",\"slope\":{slope:0.000}}}"));
    }

    private static void WarmUp()
    {
        foreach (var variant in Enum.GetValues<Variant>())
        {
            var fixture = new SchedulerFixture(100, 1, 1_000, variant);
            Decide(fixture, runs: 200);
            DecideAndCommit(fixture, runs: 2);
        }
    }

    private static double[] Decide(SchedulerFixture fixture, int runs)
    {
        var state = fixture.NewState();
        var placer = new GroupPlacer(state, SchedulingFilters.Default, []);
        return Repeat(runs, () =>
        {
            var plan = new PassPlan(state, placer);
            var started = Stopwatch.GetTimestamp();
            plan.Decide();
            var elapsed = Stopwatch.GetElapsedTime(started);
            Expect(plan.Reservations.Count, fixture.Tasks.Length);
            plan.Undo();
            return elapsed.TotalNanoseconds / fixture.Tasks.Length;
        });
    }

    /// <summary>
    /// Small workloads are timed several in a row, each on a store of its own, so that their figure has its share of
    /// the collections that their garbage and their results cause, as that of a large workload has.
    /// </summary>
    private static double[] DecideAndCommit(SchedulerFixture fixture, int runs)
    {
        var inRow = Math.Max(1, TasksInRow / fixture.Tasks.Length);
        return Repeat(runs, () =>
        {
            var stores = Enumerable.Range(0, inRow).Select(_ => fixture.NewStore()).ToArray();
            GC.Collect();
            var started = Stopwatch.GetTimestamp();
            foreach (var store in stores)
            {
                Schedule(store, fixture.Tasks.Length);
            }

            var elapsed = Stopwatch.GetElapsedTime(started);
            foreach (var store in stores)
            {
                Expect(store.Current.Tasks.CountInState(TaskState.Assigned), fixture.Tasks.Length);
                store.Dispose();
            }

            return elapsed.TotalNanoseconds / fixture.Tasks.Length / inRow;
        });
    }

    /// <summary>Lets a scheduler place everything that waits, and a subscriber read what it did.</summary>
    private static void Schedule(ClusterStore store, int tasks)
    {
        using var subscription = store.Watch();
        using var stop = new CancellationTokenSource();
        var loop = new SchedulerLoop(
            store,
            TimeProvider.System,
            new SchedulerOptions { DebounceGap = TimeSpan.Zero },
            SchedulingFilters.Default,
            [],
            NullLogger.Instance);
        var running = loop.RunAsync(stop.Token);
        var assigned = 0;
        while (subscription.TryRead(out var transaction))
        {
            assigned += transaction.Changes.Count;
        }

        Expect(assigned, tasks);
        stop.Cancel();
        _ = running.Exception;
    }

    /// <summary>One task of a new service, on nodes that others have filled unevenly.</summary>
    private static double[] PlaceOne(int nodes)
    {
        const int Rounds = 2_000;
        var fixture = new SchedulerFixture(nodes, 1, 1, Variant.Plain);
        var state = fixture.NewState(withTasks: false);
        var placer = new GroupPlacer(state, SchedulingFilters.Default, []);
        var reservations = new List<Reservation>(1);
        return Repeat(25, () =>
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Rounds; i++)
            {
                reservations.Clear();
                placer.Place(fixture.Tasks, reservations);
                state.Undo(reservations[0]);
            }

            return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Rounds;
        });
    }

    private static double[] Repeat(int runs, Func<double> run) =>
        [.. Enumerable.Range(0, runs).Select(_ => run()).Order()];

    private static void Expect(int actual, int expected)
    {
        if (actual != expected)
        {
            throw new InvalidOperationException($"{actual} of {expected} tasks were assigned");
        }
    }

    private static void Print(
        string figure,
        int nodes,
        int services,
        int replicas,
        Variant variant,
        double[] figures)
    {
        var shape = $"\"nodes\":{nodes},\"services\":{services},\"replicas\":{replicas},\"variant\":\"{variant}\"";
        var result = string.Create(
            CultureInfo.InvariantCulture,
            $"\"ns_per_task\":{figures[figures.Length / 2]:0.0},\"best\":{figures[0]:0.0},\"runs\":{figures.Length}");
        Console.WriteLine($"{{\"figure\":\"scheduler.{figure}\",{shape},{result}}}");
    }
}
