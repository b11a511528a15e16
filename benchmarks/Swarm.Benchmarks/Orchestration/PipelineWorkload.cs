using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Allocation;
using Swarm.Benchmarks.Scheduling;
using Swarm.Identity;
using Swarm.Orchestration;
using Swarm.Scheduling;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Benchmarks.Orchestration;

/// <summary>
/// The way of a service from its creation to nodes for all of its tasks: orchestrator, allocator, scheduler and reaper
/// over one store, without nodes that answer. One thread under virtual time: what is measured is work, not waiting.
/// </summary>
internal sealed class PipelineWorkload : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly Simulation _simulation = new();
    private readonly RandomIdGenerator _ids = new(new Random(1));
    private readonly CancellationTokenSource _stop = new();
    private readonly ClusterStore _store;

    public PipelineWorkload(int nodes)
    {
        _store = new ClusterStore(new InProcessProposer(), _simulation.Time);
        _simulation.Run(() => _store.UpdateAsync(transaction =>
        {
            for (var i = 0; i < nodes; i++)
            {
                transaction.Create(BenchmarkNode.Create(new NodeId(_ids.Next()), i));
            }
        }).AsTask());
        Start(new Allocator(_store, NullLogger<Allocator>.Instance).RunAsync);
        Start(new SchedulerLoop(
            _store,
            _simulation.Time,
            new SchedulerOptions(),
            SchedulingFilters.Default,
            [],
            NullLogger.Instance).RunAsync);
        Start(new Orchestrator(_store, _ids, _simulation.Time, NullLogger.Instance).RunAsync);
        Start(new TaskReaper(_store, _simulation.Time, NullLogger<TaskReaper>.Instance).RunAsync);
        _simulation.Settle();
    }

    public ClusterStore Store => _store;

    public static ServiceSpec Spec(int replicas, string image = "web:1") => new()
    {
        Name = "web",
        Mode = new ReplicatedMode(replicas),
        TaskTemplate = new TaskSpec
        {
            Workload = new ContainerSpec { Image = image },
            Restart = new RestartPolicy { Delay = TimeSpan.Zero },
        },
    };

    /// <summary>Creates a service and goes on until every task has a node.</summary>
    public void CreateAndAssign(int replicas)
    {
        _simulation.Run(() => _store.UpdateAsync(transaction => transaction.Create(new Service
        {
            Id = new ServiceId(_ids.Next()),
            Spec = Spec(replicas),
        })).AsTask());
        if (!_simulation.AdvanceUntil(() => _store.Current.Tasks.CountInState(TaskState.Assigned) == replicas, Limit))
        {
            throw new InvalidOperationException(
                $"{_store.Current.Tasks.CountInState(TaskState.Assigned)} of {replicas} tasks were assigned");
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _simulation.Settle();
        _stop.Dispose();
        _store.Dispose();
    }

    private void Start(Func<CancellationToken, Task> loop) => _ = _simulation.StartAsync(() => loop(_stop.Token));
}
