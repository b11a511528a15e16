using Swarm.Scheduling;

namespace Swarm.Core.Tests.Scheduling;

/// <summary>Small clusters made from a seed, with little room and uneven loads.</summary>
internal sealed class RandomCluster
{
    private readonly Random _random;
    private int _tasks;

    public RandomCluster(int seed)
    {
        _random = new Random(seed);
        Nodes = [.. Enumerable.Range(0, _random.Next(1, seed % 4 == 0 ? 100 : 14)).Select(NewNode)];
        Running = [.. Services().SelectMany(service => Tasks(service, _random.Next(8))).Select(Run)];
        Pending = [.. Services().SelectMany(service => Tasks(service, _random.Next(20)))];
        FailingRevision = Pending.Select(ServiceRevision.Of).FirstOrDefault();
        Failures = Nodes.Where(_ => _random.Next(4) == 0).ToDictionary(node => node.Id.Value, _ => _random.Next(3, 8));
    }

    public Node[] Nodes { get; }

    public SwarmTask[] Running { get; }

    public SwarmTask[] Pending { get; }

    public ServiceRevision FailingRevision { get; }

    public Dictionary<string, int> Failures { get; }

    public IEnumerable<NodeView> Views()
    {
        var byNode = Running.ToLookup(task => task.NodeId);
        return Nodes.Select(node => new NodeView(node, byNode[node.Id])
        {
            RecentFailures = Failures.TryGetValue(node.Id.Value, out var count)
                ? new Dictionary<ServiceRevision, int> { [FailingRevision] = count }
                : [],
        });
    }

    private Node NewNode(int i) => Given.Node(
        $"n{i:00}",
        nanoCpus: _random.Next(12),
        memory: _random.Next(12),
        state: _random.Next(6) == 0 ? NodeState.Down : NodeState.Ready,
        availability: _random.Next(8) == 0 ? NodeAvailability.Drain : NodeAvailability.Active,
        labels: [("zone", $"z{_random.Next(3)}"), ("rack", $"r{_random.Next(3)}")]);

    private IEnumerable<(ServiceId Id, TaskSpec Spec, int Port)> Services() => Enumerable.Range(0, 4).Select(i => (
        new ServiceId($"s{i}"),
        Given.Spec(_random.Next(3), _random.Next(3), NewPlacement()),
        _random.Next(5) == 0 ? 8000 + _random.Next(2) : 0));

    private Placement NewPlacement() => new()
    {
        Constraints = _random.Next(3) == 0 ? [$"node.labels.zone!=z{_random.Next(3)}"] : default,
        MaxReplicas = _random.Next(4) == 0 ? (ulong)_random.Next(1, 4) : 0,
        Preferences = _random.Next(3) switch
        {
            0 => [new("node.labels.zone")],
            1 => [new("node.labels.zone"), new("node.labels.rack")],
            _ => default,
        },
    };

    private IEnumerable<SwarmTask> Tasks((ServiceId Id, TaskSpec Spec, int Port) service, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var desired = _random.Next(10) == 0 ? TaskState.Shutdown : TaskState.Running;
            var task = Given.Task($"t{_tasks++:000}", service.Id, service.Spec, desired: desired);
            yield return service.Port == 0 ? task : task.WithHostPort(service.Port);
        }
    }

    private SwarmTask Run(SwarmTask task) => task with
    {
        NodeId = Nodes[_random.Next(Nodes.Length)].Id,
        Status = new SwarmTaskStatus { State = _random.Next(5) == 0 ? TaskState.Failed : TaskState.Running },
    };
}
