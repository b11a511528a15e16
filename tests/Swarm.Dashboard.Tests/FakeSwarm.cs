using Swarm.Control;
using Swarm.Execution;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Dashboard.Tests;

/// <summary>A store with objects as the tests want them, seen through a window whose quorum the tests set.</summary>
internal sealed class FakeSwarm : ISwarmWindow, IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly RandomIdGenerator _ids = new(new Random(1));
    private readonly Dictionary<string, LogLine[]> _logs = new(StringComparer.Ordinal);

    public FakeSwarm(int historyLimit = 10_000)
    {
        Live = new ClusterStore(
            new InProcessProposer(),
            TimeProvider.System,
            new ClusterStoreOptions { HistoryLimit = historyLimit });
        Client = new SwarmClient(Live, _ids, TimeProvider.System, new Random(2).NextBytes, ReadLogsAsync, _ => null);
    }

    public ClusterStore Live { get; }

    public ISwarmClient Client { get; }

    public ClusterStore? Store => State == WindowState.Active ? Live : null;

    public WindowState State { get; set; } = WindowState.Active;

    public string Error { get; set; } = "";

    public NodeId Self { get; set; }

    public QuorumView Quorum { get; set; } = QuorumView.None;

    public ValueTask WriteAsync(Action<StoreTransaction> change) => Live.UpdateAsync(change);

    public async Task<Node> AddNodeAsync(
        string name,
        NodeRole role = NodeRole.Worker,
        NodeState state = NodeState.Ready)
    {
        var node = new Node
        {
            Id = new NodeId(_ids.Next()),
            Role = role,
            Spec = new NodeSpec { DesiredRole = role },
            Status = new NodeStatus(state, Address: "10.0.0.7"),
            Description = new NodeDescription
            {
                Hostname = name,
                Platform = new("x86_64", "linux"),
                Resources = new() { NanoCpus = 8_000_000_000, MemoryBytes = 32L << 30 },
                Engine = new() { Version = "28.2.2" },
            },
        };
        await WriteAsync(transaction => transaction.Create(node));
        return node;
    }

    public async Task<Service> AddServiceAsync(string name, long replicas, string image = "registry.test/app/web:1.4")
    {
        var service = new Service
        {
            Id = new ServiceId(_ids.Next()),
            Spec = new ServiceSpec
            {
                Name = name,
                Mode = new ReplicatedMode(replicas),
                TaskTemplate = new TaskSpec
                {
                    Workload = new ContainerSpec
                    {
                        Image = image,
                        Environment = [new("PASSWORD", "hunter2"), new("MODE", "fast")],
                        RegistryAuth = "credential-of-registry",
                    },
                    Resources = new()
                    {
                        Reservations = new() { NanoCpus = 250_000_000, MemoryBytes = 512L << 20 },
                    },
                },
            },
        };
        await WriteAsync(transaction => transaction.Create(service));
        return service;
    }

    public SwarmTask NewTask(Service service, int slot, Node? node, TaskState state = TaskState.Running) => new()
    {
        Id = new TaskId(_ids.Next()),
        ServiceId = service.Id,
        ServiceAnnotations = new Annotations { Name = service.Spec.Name },
        Spec = service.Spec.TaskTemplate,
        Slot = slot,
        NodeId = node?.Id ?? default,
        DesiredState = TaskState.Running,
        SpecVersion = service.SpecVersion,
        Status = new SwarmTaskStatus { State = state, Timestamp = Start, Message = "started" },
    };

    public async Task<SwarmTask> AddTaskAsync(
        Service service,
        int slot,
        Node? node,
        TaskState state = TaskState.Running)
    {
        var task = NewTask(service, slot, node, state);
        await WriteAsync(transaction => transaction.Create(task));
        return task;
    }

    public ValueTask ChangeAsync(TaskId id, Func<SwarmTask, SwarmTask> change) =>
        WriteAsync(transaction => transaction.Update(change(transaction.Tasks.Find(id)!)));

    public void Lead(Node leader, params Node[] others) => Quorum = new QuorumView(
        leader.Id,
        Term: Quorum.Term + 1,
        Backlog: 0,
        others.Prepend(leader)
            .Select((node, i) => (node.Id, new ManagerStatus(
                (ulong)i + 1,
                $"10.0.0.{i + 1}:2377",
                node.Id == leader.Id,
                Reachability.Reachable)))
            .ToValueList());

    public void Write(SwarmTask task, params string[] lines) =>
        _logs[task.Id.Value] = [.. lines.Select(line =>
            new LogLine(LogStream.Stdout, Start, System.Text.Encoding.UTF8.GetBytes(line + "\n")))];

    public void Dispose() => Live.Dispose();

    // Lines that are there, and then a reader that waits for more, as of a task that runs.
    private async IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        ServiceId service,
        TaskId task,
        LogOptions options,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var line in _logs.GetValueOrDefault(task.Value, []))
        {
            yield return new TaskLogLine(service, task, default, line);
        }

        if (options.Follow)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
