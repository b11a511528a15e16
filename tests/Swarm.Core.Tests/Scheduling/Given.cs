using Swarm.Scheduling;

namespace Swarm.Core.Tests.Scheduling;

/// <summary>Short words for nodes and tasks.</summary>
internal static class Given
{
    public static readonly ServiceId Web = new("web");

    public static Node Node(
        string id,
        long nanoCpus = 0,
        long memory = 0,
        NodeState state = NodeState.Ready,
        NodeAvailability availability = NodeAvailability.Active,
        params (string Key, string Value)[] labels) => new()
        {
            Id = new NodeId(id),
            Spec = new NodeSpec
            {
                Availability = availability,
                Labels = labels.Select(label => KeyValuePair.Create(label.Key, label.Value)).ToValueDictionary(),
            },
            Status = new NodeStatus(state),
            Description = new NodeDescription
            {
                Hostname = "host-" + id,
                Platform = new Platform("x86_64", "linux"),
                Resources = new NodeResources { NanoCpus = nanoCpus, MemoryBytes = memory },
            },
        };

    public static SwarmTask Task(
        string id,
        ServiceId? service = null,
        TaskSpec? spec = null,
        ulong specVersion = 1,
        TaskState state = TaskState.Pending,
        string node = "",
        TaskState desired = TaskState.Running) => new()
        {
            Id = new TaskId(id),
            ServiceId = service ?? Web,
            Spec = spec ?? Spec(),
            SpecVersion = new ObjectVersion(specVersion),
            NodeId = new NodeId(node),
            DesiredState = desired,
            Status = new SwarmTaskStatus { State = state },
        };

    public static TaskSpec Spec(
        long nanoCpus = 0,
        long memory = 0,
        Placement? placement = null,
        ValueList<GenericResource> generic = default) => new()
        {
            Workload = new ContainerSpec { Image = "web:1" },
            Placement = placement,
            Resources = new ResourceRequirements
            {
                Reservations = new NodeResources { NanoCpus = nanoCpus, MemoryBytes = memory, Generic = generic },
            },
        };

    public static Placement Constrained(params string[] constraints) => new() { Constraints = [.. constraints] };

    public static Placement Spread(params string[] descriptors) =>
        new() { Preferences = [.. descriptors.Select(descriptor => new PlacementPreference(descriptor))] };

    public static SwarmTask[] Tasks(int count, TaskSpec? spec = null, ServiceId? service = null)
    {
        spec ??= Spec();
        return [.. Enumerable.Range(0, count).Select(i => Task($"t{i:00000}", service, spec))];
    }

    public static SwarmTask WithHostPort(this SwarmTask task, int port, PortProtocol protocol = PortProtocol.Tcp) =>
        task with
        {
            Endpoint = new ServiceEndpoint
            {
                Ports = [new PortPublication(port, port, protocol, PublishMode.Host)],
            },
        };

    public static SchedulingPlan Schedule(
        IEnumerable<Node> nodes,
        IEnumerable<SwarmTask> pending,
        IEnumerable<SwarmTask>? running = null) =>
        new Scheduler().Schedule(Views(nodes, running ?? []), pending);

    public static NodeView[] Views(IEnumerable<Node> nodes, IEnumerable<SwarmTask> running)
    {
        var byNode = running.ToLookup(task => task.NodeId);
        return [.. nodes.Select(node => new NodeView(node, byNode[node.Id]))];
    }

    public static Dictionary<string, int> PerNode(this SchedulingPlan plan) =>
        plan.Assigned.CountBy(placement => placement.Node.Value).ToDictionary();

    public static string Only(this SchedulingPlan plan) => Assert.Single(plan.Unplaced).Explanation.ToString();
}
