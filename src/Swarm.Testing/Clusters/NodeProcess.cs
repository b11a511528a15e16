using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Agents;
using Swarm.Dispatch;

namespace Swarm.Testing;

/// <summary>A node from one start to the next: an agent and, on a manager, a manager. Nothing of it outlives a crash.</summary>
internal sealed class NodeProcess
{
    private readonly PowerSwitch _power = new();

    public NodeProcess(TestNode node)
    {
        Node = node;
        var cluster = node.Cluster;
        Scheduler = new MachineScheduler(cluster.World.Scheduler, _power, cluster.World.Time);
        Disk = new MachineScheduler(cluster.World.Scheduler, _power, cluster.World.Time, () => node.DiskLatency);
        Random = new Random(cluster.NextSeed());
        Manager = node.IsManager ? new ManagerProcess(this) : null;
        Follower = Manager is null ? null : new StoreFollower(Manager.Store);
    }

    public TestNode Node { get; }

    /// <summary>Runs everything of the node but what waits for its disk.</summary>
    public MachineScheduler Scheduler { get; }

    /// <summary>Runs what waits for the disk.</summary>
    public MachineScheduler Disk { get; }

    public Random Random { get; }

    public ManagerProcess? Manager { get; }

    /// <summary>Reads what the manager's store takes in, for the laws.</summary>
    public StoreFollower? Follower { get; }

    public bool IsRunning => _power.IsOn;

    /// <summary>Takes up the node's tasks and looks for managers.</summary>
    public void StartAgent(IEnumerable<ManagerPeer> managers)
    {
        var choice = new ManagerChoice(Random);
        choice.Set(managers);
        var agent = new Agent(
            new AgentConnection(this, choice),
            Node.TestExecutor,
            new AgentOptions { NodeId = Node.Id, Tasks = Node.Tasks },
            Random,
            Node.Clock,
            NullLogger.Instance);
        _ = Scheduler.StartAsync(() => agent.RunAsync(CancellationToken.None));
    }

    public void Crash() => _power.TurnOff();
}
