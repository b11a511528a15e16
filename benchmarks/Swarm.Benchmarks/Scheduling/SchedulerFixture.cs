using Swarm.Identity;
using Swarm.Scheduling;
using Swarm.Storage;

namespace Swarm.Benchmarks.Scheduling;

/// <summary>What the tasks of a workload ask for.</summary>
public enum Variant
{
    /// <summary>Reservations of a thousandth of a processor and 1 MiB, as every workload has.</summary>
    Plain,

    /// <summary>One zone of three, one operating system.</summary>
    Constraint,

    /// <summary>Spread over zones, then racks.</summary>
    Spread2,

    /// <summary>Reservations that fill the nodes to nine tenths.</summary>
    Reservations,

    /// <summary>At most 200 tasks per node.</summary>
    MaxReplicas,
}

/// <summary>Nodes and tasks of the scheduler workloads.</summary>
internal sealed class SchedulerFixture
{
    private const long Cpus = BenchmarkNode.Cpus;
    private const long Memory = BenchmarkNode.Memory;

    private readonly RandomIdGenerator _ids = new(new Random(7));

    public SchedulerFixture(int nodes, int services, int replicas, Variant variant)
    {
        Nodes = [.. Enumerable.Range(0, nodes).Select(NewNode)];
        Services = [.. Enumerable.Range(0, services).Select(i => new Service
        {
            Id = new ServiceId(_ids.Next()),
            Spec = new ServiceSpec { Name = $"web{i}" },
            SpecVersion = new ObjectVersion(1),
        })];
        Tasks = [.. Services.SelectMany(service => NewTasks(service, replicas, variant, nodes, services))];
    }

    public Node[] Nodes { get; }

    public Service[] Services { get; }

    public SwarmTask[] Tasks { get; }

    /// <summary>A store with everything in it.</summary>
    public ClusterStore NewStore()
    {
        var store = new ClusterStore(new InProcessProposer(), TimeProvider.System);
        store.UpdateAsync(tx =>
        {
            foreach (var node in Nodes)
            {
                tx.Create(node);
            }

            foreach (var service in Services)
            {
                tx.Create(service);
            }

            foreach (var task in Tasks)
            {
                tx.Create(task);
            }
        }).AsTask().GetAwaiter().GetResult();
        return store;
    }

    /// <summary>The scheduler's bookkeeping with everything in it, and no store.</summary>
    public SchedulerState NewState(bool withTasks = true)
    {
        var state = new SchedulerState(new SchedulerOptions(), TimeProvider.System, ClusterView.Empty);
        foreach (var node in Nodes)
        {
            state.Apply(new ObjectChange(ChangeKind.Created, node, null, default));
        }

        foreach (var task in withTasks ? Tasks : [])
        {
            state.Apply(new ObjectChange(ChangeKind.Created, task, null, default));
        }

        return state;
    }

    private Node NewNode(int i) => BenchmarkNode.Create(new NodeId(_ids.Next()), i);

    private IEnumerable<SwarmTask> NewTasks(Service service, int replicas, Variant variant, int nodes, int services)
    {
        var spec = NewSpec(variant, Math.Max(1, (long)replicas * services / nodes));
        var annotations = new Annotations
        {
            Name = service.Spec.Name,
            Labels = [KeyValuePair.Create("com.example.app", "web")],
        };
        for (var i = 0; i < replicas; i++)
        {
            yield return new SwarmTask
            {
                Id = new TaskId(_ids.Next()),
                ServiceId = service.Id,
                ServiceAnnotations = annotations,
                Slot = i + 1,
                Spec = spec,
                SpecVersion = service.SpecVersion,
                DesiredState = TaskState.Running,
                Status = new SwarmTaskStatus { State = TaskState.Pending },
            };
        }
    }

    private static TaskSpec NewSpec(Variant variant, long tasksPerNode) => new()
    {
        Workload = new ContainerSpec
        {
            Image = "registry.example/app:1",
            Environment = [new EnvironmentVariable("A", "1"), new EnvironmentVariable("B", "2")],
            Command = ["/bin/app", "-x"],
        },
        Resources = new ResourceRequirements
        {
            Reservations = variant == Variant.Reservations
                ? new NodeResources { NanoCpus = Cpus * 9 / 10 / tasksPerNode, MemoryBytes = Memory / 2 / tasksPerNode }
                : new NodeResources { NanoCpus = 1_000_000, MemoryBytes = 1 << 20 },
        },
        Placement = variant switch
        {
            Variant.Constraint => new Placement { Constraints = ["node.labels.zone==1", "node.platform.os==linux"] },
            Variant.Spread2 => new Placement { Preferences = [new("node.labels.zone"), new("node.labels.rack")] },
            Variant.MaxReplicas => new Placement { MaxReplicas = 200 },
            _ => null,
        },
    };
}
