using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Allocation;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Allocation;

/// <summary>A store with an allocator at work on it.</summary>
public abstract class AllocatorFixture : IDisposable
{
    private CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    private protected AllocatorFixture() => Store = new ClusterStore(new InProcessProposer(), Simulation.Time);

    private protected Simulation Simulation { get; } = new();

    private protected RandomIdGenerator Ids { get; } = new(new Random(6));

    private protected ClusterStore Store { get; }

    private protected Allocator Allocator { get; private set; } = null!;

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
        Store.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Start()
    {
        // Continuations belong to the simulation, not to the test runner's context.
        SynchronizationContext.SetSynchronizationContext(null);
        _stop = new CancellationTokenSource();
        Allocator = new Allocator(Store, NullLogger<Allocator>.Instance);
        _run = Simulation.StartAsync(() => Allocator.RunAsync(_stop.Token));
        Simulation.Settle();
    }

    private protected void Stop()
    {
        _stop.Cancel();
        Simulation.Settle();
        Assert.True(_run.IsCompleted);
        Assert.False(_run.IsFaulted, _run.Exception?.ToString());
    }

    private protected Service Create(ValueList<PortPublication>? ports) => Run(transaction => transaction.Create(new Service
    {
        Id = new(Ids.Next()),
        Spec = new()
        {
            Name = $"service{Store.Current.Version}",
            Endpoint = ports is { } given ? new EndpointSpec { Ports = given } : null,
        },
    }));

    private protected SwarmTask CreateTask(Service service, TaskState desired = TaskState.Running) =>
        Run(transaction => transaction.Create(NewTask(service, 1) with { DesiredState = desired }));

    private protected SwarmTask NewTask(Service service, int slot) => new()
    {
        Id = new(Ids.Next()),
        ServiceId = service.Id,
        Slot = slot,
        Spec = service.Spec.TaskTemplate,
        DesiredState = TaskState.Running,
    };

    private protected void Update(Service service, Func<ServiceSpec, ServiceSpec> change) => Run(transaction =>
    {
        var current = transaction.Services.Find(service.Key)!;
        return transaction.Update(current with { Spec = change(current.Spec) });
    });

    private protected T Run<T>(Func<StoreTransaction, T> change)
    {
        var operation = Store.UpdateAsync(change).AsTask();
        Assert.True(operation.IsCompleted);
        return operation.Result;
    }

    private protected Service Read(Service service) => Store.Current.Services.Find(service.Key)!;

    private protected SwarmTask Read(SwarmTask task) => Store.Current.Tasks.Find(task.Id)!;

    private protected IEnumerable<int> PortsOf(Service service) =>
        Read(service).Endpoint!.Ports.Select(port => port.PublishedPort);

    private protected Network CreateIngress() => CreateNetwork("ingress", spec => spec with { Ingress = true });

    private protected Network CreateNetwork(string name, Func<NetworkSpec, NetworkSpec>? change = null) =>
        Run(transaction => transaction.Create(new Network
        {
            Id = new(Ids.Next()),
            Spec = (change ?? (spec => spec))(new NetworkSpec { Name = name }),
        }));

    private protected Node CreateNode(string name) => Run(transaction => transaction.Create(new Node
    {
        Id = new(Ids.Next()),
        Description = new() { Hostname = name },
        Status = new(NodeState.Ready),
    }));

    private protected Service CreateService(ServiceSpec spec) => Run(transaction => transaction.Create(new Service
    {
        Id = new(Ids.Next()),
        Spec = spec with { Name = $"service{Store.Current.Version}" },
    }));

    private protected void Change(SwarmTask task, Func<SwarmTask, SwarmTask> change) =>
        Run(transaction => transaction.Update(change(transaction.Tasks.Find(task.Id)!)));

    private protected void Remove(ClusterObject value) => Run(transaction =>
    {
        transaction.Remove(value);
        return true;
    });

    private protected Network Read(Network network) => Store.Current.Networks.Find(network.Key)!;

    private protected Node Read(Node node) => Store.Current.Nodes.Find(node.Key)!;

    private protected string SubnetOf(Network network) => Read(network).Ipam!.Configs[0].Subnet;

    private protected string VniOf(Network network) =>
        Read(network).DriverState!.Options["com.docker.network.driver.overlay.vxlanid_list"]!;

    private protected IEnumerable<string> AddressesOf(Service service) =>
        (Read(service).Endpoint?.VirtualAddresses ?? default).Select(item => item.Address);

    private protected IEnumerable<string> AddressesOf(SwarmTask task) =>
        Read(task).Networks.SelectMany(item => item.Addresses);

    private protected IEnumerable<string> AddressesOf(Node node) =>
        Read(node).Attachments.SelectMany(item => item.Addresses);

    private protected static TaskSpec On(params Network[] networks) => new()
    {
        Networks = networks.Select(network => new NetworkAttachmentSpec { Target = network.Id.Value }).ToValueList(),
    };
}
