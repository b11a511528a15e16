using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>The allocator without its loop: what each step wants written, from the store and what was done before.</summary>
internal sealed class AllocationPass
{
    private readonly NetworkStep _networks;
    private readonly ServiceStep _services;
    private readonly NodeStep _nodes;
    private readonly TaskStep _tasks;

    /// <summary>Takes up what a store shows as given out, before anything else is given.</summary>
    public AllocationPass(ClusterView view)
    {
        State = new AllocationState(view.Cluster);
        _networks = new NetworkStep(State);
        _services = new ServiceStep(State, _networks);
        _nodes = new NodeStep(State);
        _tasks = new TaskStep(State, _networks, _services, _nodes);
        _networks.Restore(view);
        _nodes.Restore(view);
        _services.Restore(view);
        _tasks.Restore(view, Work);
        Work.AddAll(view);
    }

    public AllocationState State { get; }

    public AllocationWork Work { get; } = new();

    /// <summary>What networks and services wait for.</summary>
    public HashSet<string> Waiting =>
    [
        .. _networks.Waiting.Select(entry => $"network {entry.Key}: {entry.Value}"),
        .. _services.Waiting.Select(entry => $"service {entry.Key}: {entry.Value}"),
    ];

    public IReadOnlyList<Network> PlanNetworks(ClusterView view) => _networks.Plan(view, Work);

    public IReadOnlyList<ServiceGrant> PlanServices(ClusterView view) => _services.Plan(view, Work);

    public IReadOnlyList<SwarmTask> SettleTasks(ClusterView view) => _tasks.Settle(view, Work);

    public IReadOnlyList<NodeGrant> PlanNodes(ClusterView view) => _nodes.Plan(view, Work);

    public IReadOnlyList<TaskGrant> PlanTasks(ClusterView view, IReadOnlyList<SwarmTask> waiting) =>
        _tasks.Plan(view, waiting);

    /// <summary>Puts those that wait back to work when something was freed.</summary>
    public bool TryAgain()
    {
        if (State.Freed)
        {
            State.Freed = false;
            Work.AddNetworks(_networks.Waiting.Keys);
            Work.AddServices(_services.Waiting.Keys);
            Work.AddNodes(_nodes.Waiting);
            Work.AddTasks(_tasks.Waiting);
        }

        return !Work.IsEmpty;
    }
}
