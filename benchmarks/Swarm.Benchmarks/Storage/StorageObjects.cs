using System.Security.Cryptography;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Benchmarks.Storage;

/// <summary>Nodes and tasks of the storage workloads, the same in every run.</summary>
internal sealed class StorageObjects
{
    private readonly RandomIdGenerator _ids = new(new Random(7));
    private readonly TaskSpec _spec = new()
    {
        Workload = new ContainerSpec
        {
            Image = "registry.example/app:1",
            Environment = [new EnvironmentVariable("A", "1"), new EnvironmentVariable("B", "2")],
            Command = ["/bin/app", "-x"],
        },
        Resources = new ResourceRequirements
        {
            Reservations = new NodeResources { NanoCpus = 1_000_000, MemoryBytes = 1 << 20 },
        },
    };

    private readonly Annotations _annotations = new()
    {
        Name = "web",
        Labels = [KeyValuePair.Create("com.example.app", "web")],
    };

    private readonly NodeId _manager;

    public StorageObjects()
    {
        _manager = new NodeId(_ids.Next());
        Service = new Service
        {
            Id = new ServiceId(_ids.Next()),
            Spec = new ServiceSpec { Name = "web" },
            SpecVersion = new ObjectVersion(1),
        };
    }

    public Service Service { get; }

    public static ClusterStore NewStore(ClusterStoreOptions? options = null) =>
        new(new InProcessProposer(), TimeProvider.System, options);

    public Node[] NewNodes(int count) =>
        [.. Enumerable.Range(0, count).Select(i => BenchmarkNode.Create(new NodeId(_ids.Next()), i))];

    public SwarmTask NewTask(int index) => new()
    {
        Id = new TaskId(_ids.Next()),
        ServiceId = Service.Id,
        ServiceAnnotations = _annotations,
        Slot = index + 1,
        Spec = _spec,
        SpecVersion = Service.SpecVersion,
        DesiredState = TaskState.Running,
        Status = new SwarmTaskStatus
        {
            Timestamp = TimeProvider.System.GetUtcNow(),
            State = TaskState.Pending,
            Message = "pending task scheduling",
        },
    };

    public static SwarmTask Assign(SwarmTask task, NodeId node) => task with
    {
        NodeId = node,
        Status = new SwarmTaskStatus
        {
            Timestamp = TimeProvider.System.GetUtcNow(),
            State = TaskState.Assigned,
            Message = "scheduler assigned task to node",
        },
    };

    /// <summary>The task as its agent reported it; nothing that came over the wire is shared between tasks.</summary>
    public SwarmTask Start(SwarmTask task)
    {
        var now = TimeProvider.System.GetUtcNow();
        return task with
        {
            Status = new SwarmTaskStatus
            {
                Timestamp = now,
                State = TaskState.Running,
                Message = new string("started".AsSpan()),
                Container = new ContainerStatus(NewContainerId(task.Slot), 1_000 + task.Slot, 0),
                AppliedBy = _manager,
                AppliedAt = now,
            },
        };
    }

    private static string NewContainerId(int number) =>
        Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(number)));
}
