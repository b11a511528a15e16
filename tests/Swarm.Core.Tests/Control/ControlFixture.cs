using Swarm.Control;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Control;

/// <summary>A client over an empty store, in virtual time.</summary>
internal sealed class ControlFixture : IDisposable
{
    private readonly Random _random = new(8);

    public ControlFixture()
    {
        Store = new ClusterStore(new InProcessProposer(), Simulation.Time);
        Ids = new RandomIdGenerator(_random);
        Client = new SwarmClient(
            Store,
            Ids,
            Simulation.Time,
            _random.NextBytes,
            (service, task, _, _) => new[]
            {
                new TaskLogLine(service, task, default, default),
            }.ToAsyncEnumerable(),
            id => Managers.GetValueOrDefault(id));
        Write(PredefinedNetworks.CreateIngress(Ids));
    }

    public Simulation Simulation { get; } = new();

    public ClusterStore Store { get; }

    public RandomIdGenerator Ids { get; }

    public SwarmClient Client { get; }

    public Dictionary<NodeId, ManagerStatus> Managers { get; } = [];

    public static ServiceSpec Spec(string name = "web", params PortPublication[] ports) => new()
    {
        Name = name,
        TaskTemplate = new() { Workload = new ContainerSpec { Image = "web:1" } },
        Endpoint = new() { Ports = [.. ports] },
    };

    public T Write<T>(T value)
        where T : ClusterObject => Store.UpdateAsync(transaction => transaction.Create(value)).AsTask().Result;

    public void Change(Action<StoreTransaction> change) => Store.UpdateAsync(change).AsTask().Wait();

    public Cluster WriteCluster(ClusterInit? init = null) => Write(
        ClusterFactory.Create(init ?? new(), Ids, Simulation.Time.GetUtcNow(), _random.NextBytes));

    public Node WriteNode(NodeRole role, NodeState state = NodeState.Ready, string hostname = "")
    {
        var node = Write(ClusterFactory.CreateManager(new(Ids.Next()), NodeAvailability.Active) with
        {
            Role = role,
            Spec = new() { DesiredRole = role },
            Status = new(state),
            Description = new() { Hostname = hostname },
        });
        if (role == NodeRole.Manager)
        {
            Managers[node.Id] = new((ulong)Managers.Count + 1, "", Managers.Count == 0, Reachability.Reachable);
        }

        return node;
    }

    public SwarmTask NewTask(Service service, TaskState state = TaskState.New, int slot = 1) => new()
    {
        Id = new(Ids.Next()),
        ServiceId = service.Id,
        ServiceAnnotations = new() { Name = service.Spec.Name },
        Slot = slot,
        Spec = service.Spec.TaskTemplate,
        DesiredState = TaskState.Running,
        Status = new() { State = state },
    };

    public void Dispose() => Store.Dispose();
}
