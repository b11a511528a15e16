using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Orchestration;

/// <summary>A store and an orchestrator under virtual time; the tests play scheduler and agents.</summary>
internal sealed class OrchestrationFixture : IDisposable
{
    private readonly RandomIdGenerator _ids = new(new Random(1));
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource? _leadership;
    private Task? _running;

    public OrchestrationFixture() => Store = new ClusterStore(new InProcessProposer(), Simulation.Time);

    public Simulation Simulation
    {
        get
        {
            // Loops must come back to the simulation's scheduler, not to the test framework's.
            SynchronizationContext.SetSynchronizationContext(null);
            return field;
        }
    } = new();

    public ClusterStore Store { get; }

    public ClusterView View => Store.Current;

    /// <summary>What an agent makes of a task that should run; the default runs it.</summary>
    public Func<SwarmTask, TaskState> Behaviour { get; set; } = _ => TaskState.Running;

    public DateTimeOffset Now => Simulation.Time.GetUtcNow();

    /// <summary>A leader takes office.</summary>
    public void Start()
    {
        _leadership = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var orchestrator = new Swarm.Orchestration.Orchestrator(Store, _ids, Simulation.Time, NullLogger.Instance);
        var token = _leadership.Token;
        _running = Simulation.StartAsync(() => orchestrator.RunAsync(token));
        Settle();
    }

    /// <summary>The leader steps down; everything it only remembered is gone.</summary>
    public void StopLeader()
    {
        _leadership!.Cancel();
        Simulation.Settle();
        Assert.True(_running!.IsCompleted);
    }

    public void Settle()
    {
        Simulation.Settle();
        Assert.False(_running is { IsFaulted: true }, _running?.Exception?.ToString());
    }

    public void Advance(TimeSpan span)
    {
        Simulation.Advance(span);
        Settle();
    }

    /// <summary>Lets time pass while scheduler and agents do their part every 100 ms.</summary>
    public void Live(TimeSpan span)
    {
        for (var end = Now + span; Now < end;)
        {
            Work();
            Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Lives until something holds.</summary>
    public void LiveUntil(Func<bool> condition, int seconds = 120)
    {
        for (var end = Now + TimeSpan.FromSeconds(seconds); !condition();)
        {
            Assert.True(Now < end, "the condition did not come true in time");
            Work();
            Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    public void Change(Action<StoreTransaction> change)
    {
        Simulation.Run(() => Store.UpdateAsync(change).AsTask());
        Settle();
    }

    public Node AddNode(
        string id,
        NodeState state = NodeState.Ready,
        NodeAvailability availability = NodeAvailability.Active,
        string? zone = null)
    {
        var node = new Node
        {
            Id = new NodeId(id),
            Status = new NodeStatus(state),
            Spec = new NodeSpec { Availability = availability },
            Description = new NodeDescription { Hostname = id },
        };
        if (zone is not null)
        {
            node = node with { Spec = node.Spec with { Labels = node.Spec.Labels.With("zone", zone) } };
        }

        Change(transaction => transaction.Create(node));
        return node;
    }

    public void ChangeNode(string id, Func<Node, Node> change) =>
        Change(transaction => transaction.Update(change(transaction.Nodes.Find(id)!)));

    public void SetAvailability(string id, NodeAvailability availability) =>
        ChangeNode(id, node => node with { Spec = node.Spec with { Availability = availability } });

    public void SetState(string id, NodeState state) =>
        ChangeNode(id, node => node with { Status = new NodeStatus(state) });

    /// <summary>Removes a node as the control API does: its tasks are orphaned.</summary>
    public void RemoveNode(string id) => Change(transaction =>
    {
        transaction.Remove(transaction.Nodes.Find(id)!);
        foreach (var task in transaction.Tasks.OnNode(new NodeId(id)))
        {
            if (task.Status.State is >= TaskState.Assigned and <= TaskState.Running)
            {
                transaction.Update(task with { Status = task.Status with { State = TaskState.Orphaned } });
            }
        }
    });

    public ServiceId AddService(ServiceSpec spec)
    {
        var id = new ServiceId(_ids.Next());
        Change(transaction => transaction.Create(new Service
        {
            Id = id,
            Spec = spec,
            JobStatus = spec.Mode.IsJob ? new(default, Now) : null,
        }));
        return id;
    }

    public Service Service(ServiceId id) => View.Services.Find(id.Value)!;

    public RolloutState? Rollout(ServiceId id) => Service(id).RolloutStatus?.State;

    /// <summary>Updates a service as the control API does.</summary>
    public void Update(ServiceId id, Func<ServiceSpec, ServiceSpec> change) => Change(transaction =>
    {
        var service = transaction.Services.Find(id.Value)!;
        transaction.Update(service with
        {
            PreviousSpec = service.Spec,
            PreviousSpecVersion = service.SpecVersion,
            Spec = change(service.Spec),
            SpecVersion = service.Version,
            RolloutStatus = null,
            JobStatus = service.JobStatus is { } run ? new(new(run.Iteration.Index + 1), Now) : null,
        });
    });

    public void RemoveService(ServiceId id) =>
        Change(transaction => transaction.Remove(transaction.Services.Find(id.Value)!));

    public IReadOnlyList<SwarmTask> Tasks(ServiceId id) => [.. View.Tasks.OfService(id)];

    public IReadOnlyList<SwarmTask> Runnable(ServiceId id) =>
        [.. View.Tasks.OfService(id).Where(task => task.DesiredState <= TaskState.Running)];

    public SwarmTask Only(ServiceId id) => Assert.Single(Runnable(id));

    public SwarmTask Task(TaskId id) => View.Tasks.Find(id)!;

    /// <summary>Puts a task into the store as an earlier leader left it.</summary>
    public SwarmTask AddTask(ServiceId service, int slot, TaskState state, Func<SwarmTask, SwarmTask>? change = null)
    {
        var owner = Service(service);
        var task = new SwarmTask
        {
            Id = new TaskId(_ids.Next()),
            ServiceId = service,
            Slot = slot,
            Spec = owner.Spec.TaskTemplate,
            SpecVersion = owner.SpecVersion,
            DesiredState = TaskState.Running,
            Status = new SwarmTaskStatus { State = state, Timestamp = Now },
        };
        Change(transaction => transaction.Create(change is null ? task : change(task)));
        return Task(task.Id);
    }

    public void Report(TaskId id, TaskState state) => ChangeTask(id, task => task with
    {
        Status = task.Status with { State = state, AppliedAt = Now },
    });

    public void Assign(TaskId id, string node, TaskState state = TaskState.Running) => ChangeTask(id, task => task with
    {
        NodeId = new NodeId(node),
        Status = task.Status with { State = state, AppliedAt = Now },
    });

    public void ChangeTask(TaskId id, Func<SwarmTask, SwarmTask> change) =>
        Change(transaction => transaction.Update(change(transaction.Tasks.Find(id)!)));

    public void RemoveTask(TaskId id) => Change(transaction => transaction.Remove(transaction.Tasks.Find(id)!));

    public void Dispose()
    {
        _stop.Cancel();
        Simulation.Settle();
        _leadership?.Dispose();
        _stop.Dispose();
    }

    /// <summary>One turn of scheduler, agents and reaper.</summary>
    public void Work()
    {
        foreach (var id in View.Tasks.Select(task => task.Id).ToArray())
        {
            // The orchestrator answers each of these changes at once, so the task may be gone or have moved on.
            if (View.Tasks.Find(id) is not { } task)
            {
                continue;
            }

            if (task is
                {
                    DesiredState: TaskState.Remove,
                    Status.State: < TaskState.Assigned or > TaskState.Running,
                })
            {
                RemoveTask(task.Id);
            }
            else if (NextState(task) is { } state && state > task.Status.State && Place(task) is { } node)
            {
                Assign(task.Id, node, state);
            }
        }
    }

    private TaskState? NextState(SwarmTask task)
    {
        if (!task.NodeId.IsEmpty && View.Nodes.Find(task.NodeId.Value) is not { Status.State: NodeState.Ready })
        {
            return null;
        }

        return task switch
        {
            { Status.State: > TaskState.Running } => null,
            { DesiredState: TaskState.Ready } => TaskState.Ready,
            { DesiredState: TaskState.Running or TaskState.Complete } => Behaviour(task),
            { NodeId.IsEmpty: true } => null,
            _ => TaskState.Shutdown,
        };
    }

    private string? Place(SwarmTask task) => !task.NodeId.IsEmpty
        ? task.NodeId.Value
        : View.Nodes
            .Where(node => node is
            {
                Status.State: NodeState.Ready,
                Spec.Availability: NodeAvailability.Active,
            })
            .MinBy(node => View.Tasks.OnNode(node.Id).Count(other => other.DesiredState <= TaskState.Running))?
            .Id.Value;
}
