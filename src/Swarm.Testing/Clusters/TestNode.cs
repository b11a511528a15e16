using Swarm.Agents;
using Swarm.Execution;
using Swarm.Raft.Storage.Files.InMemory;

namespace Swarm.Testing;

/// <summary>A node of a test cluster: a machine with a clock, a disk and an executor of its own.</summary>
public sealed class TestNode
{
    internal TestNode(SwarmTestCluster cluster, NodeId id, string name, int number, bool isManager)
    {
        (Cluster, Id, Name, IsManager) = (cluster, id, name, isManager);
        Host = $"10.0.{number >> 8}.{number & 0xFF}";
        RaftId = isManager ? (ulong)number : 0;
        Clock = new NodeClock(cluster.World.Time);
        TestExecutor = new NodeExecutor(cluster.Executor, Clock, name);
    }

    /// <summary>The node's id in the swarm.</summary>
    public NodeId Id { get; }

    /// <summary>Its host name: <c>manager-1</c>, <c>worker-1</c> and so on.</summary>
    public string Name { get; }

    /// <summary>Whether it is one of the managers.</summary>
    public bool IsManager { get; }

    /// <summary>Whether the machine is up.</summary>
    public bool IsRunning => Process is { IsRunning: true };

    /// <summary>Whether it leads the swarm, or believes so.</summary>
    public bool IsLeader => Process is { IsRunning: true, Manager.Leadership.Current: not null };

    /// <summary>The machine's clock.</summary>
    public NodeClock Clock { get; }

    /// <summary>Runs the node's tasks; what it is told applies to this node only.</summary>
    public InMemoryExecutor Executor => TestExecutor.Inner;

    /// <summary>How long the disk takes for what it is asked to keep. Matters on managers, which keep the log.</summary>
    /// <value>Zero.</value>
    public TimeSpan DiskLatency { get; set; }

    /// <summary>Tasks that run on the machine, whatever the managers know.</summary>
    public IReadOnlyList<SwarmTask> Running => Executor.Running;

    internal SwarmTestCluster Cluster { get; }

    internal string Host { get; }

    internal ulong RaftId { get; }

    internal string Address => $"{Host}:2377";

    internal InMemoryDisk Disk { get; } = new();

    internal MemoryAgentTaskStore Tasks { get; } = new();

    internal NodeExecutor TestExecutor { get; }

    internal NodeProcess? Process { get; private set; }

    /// <summary>The machine stops at once: what was not on its disk is lost, and its tasks have ended.</summary>
    /// <param name="tasksSurvive">Only the node's process ends: its tasks and what it has written stay.</param>
    /// <returns>Completed.</returns>
    public Task CrashAsync(bool tasksSurvive = false)
    {
        if (Process is { IsRunning: true } process)
        {
            process.Crash();
            if (tasksSurvive)
            {
                Disk.RestartProcess();
            }
            else
            {
                Disk.RestartMachine(PowerLoss.TearsAtRandom, Cluster.NextSeed());
                TestExecutor.EndAll();
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Starts the machine again after a crash; it finds its disk as it was left.</summary>
    /// <returns>Completed; the node needs time to find the swarm.</returns>
    public Task RestartAsync()
    {
        if (!IsRunning)
        {
            Start([]);
            Cluster.World.Settle();
        }

        return Task.CompletedTask;
    }

    /// <summary>Has the manager that leads hand over to this one.</summary>
    /// <returns>Completed; it leads soon, unless it is behind or cannot be reached.</returns>
    public Task LeadAsync()
    {
        if (IsManager && Cluster.FindLeader() is { } leader && leader.Node != this)
        {
            _ = leader.Scheduler.StartAsync(() => leader.Manager!.Raft!.TransferAsync(RaftId));
            Cluster.World.Settle();
        }

        return Task.CompletedTask;
    }

    internal void Start(IReadOnlyList<Hosting.Wire.Protos.RaftMember> founders)
    {
        var process = new NodeProcess(this);
        Process = process;
        process.Scheduler.AfterStep = () => Cluster.Laws.Observe(process);
        if (process.Manager is { } manager)
        {
            _ = process.Scheduler.StartAsync(() => Cluster.WatchAsync(manager.StartAsync(founders), this));
        }

        if (founders.Count == 0)
        {
            process.StartAgent(Cluster.ManagerPeers);
        }
    }
}
