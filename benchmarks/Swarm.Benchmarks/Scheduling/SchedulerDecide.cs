using BenchmarkDotNet.Attributes;
using Swarm.Scheduling;

namespace Swarm.Benchmarks.Scheduling;

/// <summary>The steps of a decision one by one.</summary>
[MemoryDiagnoser]
public class SchedulerDecide
{
    private readonly List<Reservation> _reservations = new(1);
    private readonly INodePredicate[] _predicates = new INodePredicate[SchedulingFilters.Default.Count];
    private SchedulerFixture _fixture = null!;
    private SchedulerState _state = null!;
    private GroupPlacer _placer = null!;
    private NodeView[] _views = [];
    private SwarmTask _running = null!;
    private SwarmTask _complete = null!;
    private int _bound;
    private int _next;

    [Params(10, 100, 1_000, 10_000, 100_000)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void MakeFixture()
    {
        _fixture = new SchedulerFixture(Nodes, 1, 1, Variant.Constraint);
        _state = _fixture.NewState(withTasks: false);
        _placer = new GroupPlacer(_state, SchedulingFilters.Default, []);
        _views = [.. _fixture.Nodes.Select(node => _state.FindNode(node.Id)!)];
        _running = _fixture.Tasks[0] with
        {
            Id = new TaskId("running"),
            NodeId = _fixture.Nodes[0].Id,
            Status = new SwarmTaskStatus { State = TaskState.Running },
        };
        _complete = _running with { Status = new SwarmTaskStatus { State = TaskState.Complete } };
        foreach (var filter in SchedulingFilters.Default)
        {
            if (filter.TryBind(_fixture.Tasks[0], out var predicate))
            {
                _predicates[_bound++] = predicate;
            }
        }
    }

    /// <summary>A group of one, taken back afterwards.</summary>
    [Benchmark]
    public int PlaceOne()
    {
        _reservations.Clear();
        var placed = _placer.Place(_fixture.Tasks, _reservations);
        _state.Undo(_reservations[0]);
        return placed;
    }

    /// <summary>All filters on one node.</summary>
    [Benchmark]
    public bool FilterPipeline()
    {
        var view = _views[_next = (_next + 1) % _views.Length];
        for (var i = 0; i < _bound; i++)
        {
            if (!_predicates[i].Admits(view))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A node reports something new.</summary>
    [Benchmark]
    public void NodeChanged()
    {
        var node = _fixture.Nodes[_next = (_next + 1) % _fixture.Nodes.Length];
        _state.Apply(new ObjectChange(ChangeKind.Updated, node, node, default));
        _state.Order.Refresh();
    }

    /// <summary>A task starts to count and ends.</summary>
    [Benchmark]
    public void TaskFinished()
    {
        _state.Apply(new ObjectChange(ChangeKind.Created, _running, null, default));
        _state.Apply(new ObjectChange(ChangeKind.Updated, _complete, _running, default));
        _state.Order.Refresh();
    }
}
