using Swarm;

namespace SchedulerOnly;

/// <summary>What a store would hold: nodes that are ready, and tasks that wait for one.</summary>
internal static class Machines
{
    private const long Core = 1_000_000_000;
    private const long Gigabyte = 1L << 30;

    public static Node Node(string name, int cores, int gigabytes, params (string Key, string Value)[] labels) => new()
    {
        Id = new NodeId(name),
        Spec = new NodeSpec { Labels = [.. labels.Select(label => KeyValuePair.Create(label.Key, label.Value))] },
        Status = new NodeStatus(NodeState.Ready),
        Description = new NodeDescription
        {
            Hostname = name,
            Resources = new NodeResources { NanoCpus = cores * Core, MemoryBytes = gigabytes * Gigabyte },
        },
    };

    public static ResourceRequirements Reserve(int cores, int gigabytes) => new()
    {
        Reservations = new NodeResources { NanoCpus = cores * Core, MemoryBytes = gigabytes * Gigabyte },
    };

    public static IEnumerable<SwarmTask> Tasks(string service, int count, TaskSpec spec) =>
        Enumerable.Range(1, count).Select(slot => new SwarmTask
        {
            Id = new TaskId($"{service}-{slot}"),
            ServiceId = new ServiceId(service),
            ServiceAnnotations = new Annotations { Name = service },
            Slot = slot,
            Spec = spec with { Workload = new ContainerSpec { Image = $"{service}:1" } },
            SpecVersion = new ObjectVersion(1),
            Status = SwarmTaskStatus.New with { State = TaskState.Pending },
            DesiredState = TaskState.Running,
        });
}
