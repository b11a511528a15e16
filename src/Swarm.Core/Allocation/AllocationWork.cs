using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>
/// What changed since the last pass, in the order in which it changed. Only names: each step looks at the object as it
/// is when its turn comes, so that nothing is allocated twice.
/// </summary>
internal sealed class AllocationWork
{
    private readonly Queue<NetworkId> _networks = new();
    private readonly Queue<ServiceId> _services = new();
    private readonly Queue<NodeId> _nodes = new();
    private readonly Queue<TaskId> _tasks = new();

    public bool IsEmpty => _networks.Count + _services.Count + _nodes.Count + _tasks.Count == 0;

    /// <summary>Everything a store holds, for the start: the network of the routing mesh gets the first subnet.</summary>
    public void AddAll(ClusterView view)
    {
        AddNetworks(view.Networks.OrderBy(network => !network.Spec.Ingress).Select(network => network.Id));
        AddServices(view.Services.Select(service => service.Id));
        AddNodes(view.Nodes);
        AddTasks(view.Tasks);
    }

    public void Add(CommittedTransaction transaction)
    {
        foreach (var change in transaction.Changes)
        {
            switch (change.Current)
            {
                case Network network:
                    _networks.Enqueue(network.Id);
                    break;
                case Service service when Concerns(change.Previous as Service, service) || IsRemoval(change):
                    _services.Enqueue(service.Id);
                    break;
                case Node node when (change.Previous as Node)?.Attachments != node.Attachments || IsEnd(change):
                    _nodes.Enqueue(node.Id);
                    break;
                case SwarmTask task when Concerns(change.Previous as SwarmTask, task) || IsRemoval(change):
                    _tasks.Enqueue(task.Id);
                    break;
            }
        }
    }

    public void AddNetworks(IEnumerable<NetworkId> networks) => AddTo(_networks, networks);

    public void AddServices(IEnumerable<ServiceId> services) => AddTo(_services, services);

    public void AddNodes(IEnumerable<Node> nodes) => AddTo(_nodes, nodes.Select(node => node.Id));

    public void AddNodes(IEnumerable<NodeId> nodes) => AddTo(_nodes, nodes);

    public void AddNode(NodeId node) => _nodes.Enqueue(node);

    public void AddTasks(IEnumerable<SwarmTask> tasks) =>
        AddTo(_tasks, tasks.Where(TaskStep.IsWaiting).Select(task => task.Id));

    public void AddTasks(IEnumerable<TaskId> tasks) => AddTo(_tasks, tasks);

    public IReadOnlyList<NetworkId> TakeNetworks() => Take(_networks);

    public IReadOnlyList<ServiceId> TakeServices() => Take(_services);

    public IReadOnlyList<NodeId> TakeNodes() => Take(_nodes);

    public IReadOnlyList<TaskId> TakeTasks() => Take(_tasks);

    private static bool IsRemoval(ObjectChange change) => change.Change == ChangeKind.Removed;

    private static bool IsEnd(ObjectChange change) => change.Change is ChangeKind.Removed or ChangeKind.Created;

    private static bool Concerns(Service? previous, Service current) =>
        !ReferenceEquals(previous?.Spec, current.Spec) || !ReferenceEquals(previous?.Endpoint, current.Endpoint);

    private static bool Concerns(SwarmTask? previous, SwarmTask current)
    {
        if (TaskStep.IsWaiting(current))
        {
            return previous is null || !TaskStep.IsWaiting(previous);
        }

        if (current.Networks.IsEmpty)
        {
            // It went another way than ours, and may leave behind what it was to get.
            return previous is not null && TaskStep.IsWaiting(previous) && current.Status.State != TaskState.Pending;
        }

        // Most changes are reports of a state, which matter here only where they tell of an end.
        return previous is null
            || previous.Networks.IsEmpty
            || previous.NodeId != current.NodeId
            || (previous.Status.State > TaskState.Running) != (current.Status.State > TaskState.Running);
    }

    private static void AddTo<T>(Queue<T> queue, IEnumerable<T> items)
    {
        foreach (var item in items)
        {
            queue.Enqueue(item);
        }
    }

    private static List<T> Take<T>(Queue<T> queue)
        where T : struct
    {
        var items = new List<T>(queue.Count);
        var seen = new HashSet<T>();
        while (queue.TryDequeue(out var item))
        {
            if (seen.Add(item))
            {
                items.Add(item);
            }
        }

        return items;
    }
}
