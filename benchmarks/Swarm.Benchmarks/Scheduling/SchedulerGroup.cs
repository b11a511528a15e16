using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Scheduling;
using Swarm.Storage;

namespace Swarm.Benchmarks.Scheduling;

/// <summary>One service placed as a whole: the decision alone, and with its commit to the store.</summary>
[MemoryDiagnoser]
public class SchedulerGroup
{
    private SchedulerFixture _fixture = null!;
    private SchedulerState _state = null!;
    private GroupPlacer _placer = null!;
    private PassPlan? _plan;
    private ClusterStore? _store;

    [Params(10, 100, 1_000, 10_000)]
    public int Nodes { get; set; }

    [Params(100, 1_000, 10_000, 100_000)]
    public int Tasks { get; set; }

    [Params(Variant.Plain, Variant.Constraint, Variant.Spread2, Variant.Reservations)]
    public Variant Needs { get; set; }

    [GlobalSetup]
    public void MakeFixture()
    {
        _fixture = new SchedulerFixture(Nodes, 1, Tasks, Needs);
        _state = _fixture.NewState();
        _placer = new GroupPlacer(_state, SchedulingFilters.Default, []);
    }

    [IterationSetup(Target = nameof(Decide))]
    public void UndoPlan() => _plan?.Undo();

    [Benchmark]
    public int Decide()
    {
        _plan = new PassPlan(_state, _placer);
        _plan.Decide();
        return _plan.Reservations.Count;
    }

    [IterationSetup(Target = nameof(DecideAndCommit))]
    public void FillStore()
    {
        _store?.Dispose();
        _store = _fixture.NewStore();
    }

    [Benchmark]
    public int DecideAndCommit()
    {
        using var stop = new CancellationTokenSource();
        var loop = new SchedulerLoop(
            _store!,
            TimeProvider.System,
            new SchedulerOptions { DebounceGap = TimeSpan.Zero },
            SchedulingFilters.Default,
            [],
            NullLogger.Instance);

        // The in-process proposer commits at once, so the call returns when the loop has nothing left to do.
        var running = loop.RunAsync(stop.Token);
        stop.Cancel();
        _ = running.Exception;
        return _store!.Current.Tasks.CountInState(TaskState.Assigned);
    }
}
