using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Allocation;
using Swarm.Benchmarks.Scheduling;
using Swarm.Certificates;
using Swarm.Certificates.Access;
using Swarm.Certificates.Nodes;
using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Hosting.Mesh;
using Swarm.Hosting.Wire.Server;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Benchmarks.Dispatch;

/// <summary>
/// The swarm port with many nodes on it, which live in a second process: what a node costs while nothing happens, and
/// how fast assignments reach all of them.
/// </summary>
internal sealed class DispatchMacro
{
    private const int CommitBatch = 200;

    private static readonly ClusterId Cluster = new("benchmark");
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly RootCa _root = RootCertificate.Create(DateTimeOffset.UtcNow, RandomNumberGenerator.Fill);
    private readonly SchedulerFixture _fixture;
    private readonly ClusterStore _store;

    private DispatchMacro(int nodes, int tasks)
    {
        _fixture = new SchedulerFixture(nodes, 1, tasks, Variant.Plain);
        _store = _fixture.NewStore();
    }

    public static async Task RunAsync(string[] options)
    {
        var nodes = options.Select(option => int.TryParse(option, out var n) ? n : 0).FirstOrDefault(n => n > 0, 1_000);
        await new DispatchMacro(nodes, nodes * (options.Contains("quick") ? 10 : 100)).RunAsync();
    }

    private async Task RunAsync()
    {
        var directory = Directory.CreateTempSubdirectory("swarm-dispatch-");
        using var stop = new CancellationTokenSource();
        var dispatcher = new Dispatcher(
            _store,
            new RandomIdGenerator(),
            new Random(1),
            TimeProvider.System,
            new DispatcherOptions(),
            NullLogger.Instance);
        var running = dispatcher.RunAsync(stop.Token);
        await using var port = await OpenPortAsync(dispatcher);
        DispatchNodes.Save(directory.FullName, _root, _fixture.Nodes.Select(Issue));
        var before = Memory();
        var started = Stopwatch.GetTimestamp();
        using var nodes = DispatchNodes.Start(directory.FullName, Port, _fixture.Tasks.Length);
        await ExpectAsync(nodes, DispatchNodes.Connected);
        Print("connect", "nodes_per_s", _fixture.Nodes.Length / Stopwatch.GetElapsedTime(started).TotalSeconds);
        await MeasureIdleAsync(before);
        await AssignAsync(nodes);
        nodes.StandardInput.Close();
        await nodes.WaitForExitAsync();
        await stop.CancelAsync();
        await running;
        directory.Delete(recursive: true);
    }

    private static int Port { get; } = FreePort();

    private async Task MeasureIdleAsync(long before)
    {
        Print("idle", "bytes_per_node", (Memory() - before) / (double)_fixture.Nodes.Length);
        using var self = Process.GetCurrentProcess();
        var processor = self.TotalProcessorTime;
        await Task.Delay(Idle);
        self.Refresh();
        var used = (self.TotalProcessorTime - processor).TotalMicroseconds;
        Print("idle", "cpu_us_per_node_and_s", used / Idle.TotalSeconds / _fixture.Nodes.Length);
    }

    /// <summary>Commits as the scheduler does, round robin over the nodes, until the last node has its last task.</summary>
    private async Task AssignAsync(Process nodes)
    {
        var started = Stopwatch.GetTimestamp();
        var next = 0;
        foreach (var batch in _fixture.Tasks.Chunk(CommitBatch))
        {
            await _store.UpdateAsync(transaction =>
            {
                foreach (var task in batch)
                {
                    transaction.Update(transaction.Tasks.Find(task.Id)! with
                    {
                        NodeId = _fixture.Nodes[next++ % _fixture.Nodes.Length].Id,
                        Status = task.Status with { State = TaskState.Assigned },
                    });
                }
            });
        }

        Print("assign", "committed_per_s", _fixture.Tasks.Length / Stopwatch.GetElapsedTime(started).TotalSeconds);
        await ExpectAsync(nodes, DispatchNodes.Assigned);
        Print("assign", "assignments_per_s", _fixture.Tasks.Length / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private async Task<SwarmPort> OpenPortAsync(Dispatcher dispatcher)
    {
        var identity = new CurrentIdentity(
            Issue(new NodeId("manager"), NodeRole.Manager),
            KeyEncryptionKey.None);
        var client = new SwarmClient(
            _store,
            new RandomIdGenerator(),
            TimeProvider.System,
            RandomNumberGenerator.Fill,
            (_, _, _, _) => throw new NotSupportedException("nobody reads logs here"),
            _ => null);
        return await SwarmPort.OpenAsync(
            new IPEndPoint(IPAddress.Loopback, Port),
            new PortIdentity(identity, () => _root.Certificate, TimeProvider.System),
            new ManagerServices(
                () => new SwarmMembers(Cluster, default),
                () => null,
                () => dispatcher,
                () => null,
                client,
                new ContainerAttachments(_store, new RandomIdGenerator()),
                () => _store.Current,
                identity,
                new MeshDirectory(_store, TimeProvider.System)),
            TimeProvider.System,
            NullLoggerFactory.Instance,
            CancellationToken.None);
    }

    private NodeIdentity Issue(Node node) => Issue(node.Id, NodeRole.Worker);

    private NodeIdentity Issue(NodeId node, NodeRole role)
    {
        var (key, request) = SigningRequest.Create();
        var now = DateTimeOffset.UtcNow;
        var chain = NodeCertificateIssuer.Issue(
            _root,
            new CertificateSubject(node, role, Cluster),
            SigningRequest.ReadKey(request),
            TimeSpan.FromDays(90),
            now,
            RandomNumberGenerator.Fill);
        return NodeIdentity.Create(_root.Certificate, chain, key, now);
    }

    private static async Task ExpectAsync(Process nodes, string line)
    {
        var said = await nodes.StandardOutput.ReadLineAsync();
        if (said != line)
        {
            throw new InvalidOperationException($"the nodes said '{said}' instead of '{line}'");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static long Memory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private void Print(string scenario, string unit, double value) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"suite":"dispatch","scenario":"{{scenario}}","nodes":{{_fixture.Nodes.Length}},"tasks":{{_fixture.Tasks.Length}},"unit":"{{unit}}","value":{{value:F1}}}"""));
}
