using System.Diagnostics;
using System.Globalization;
using Swarm.Agents;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;
using Swarm.Hosting.Wire.Client;

namespace Swarm.Benchmarks.Dispatch;

/// <summary>The process of the nodes: each with a certificate and a connection of its own, all counting their tasks.</summary>
internal static class DispatchNodes
{
    /// <summary>Said when every node has its session and its first assignments.</summary>
    public const string Connected = "connected";

    /// <summary>Said when all tasks have come.</summary>
    public const string Assigned = "assigned";

    private const string Verb = "dispatch-nodes";
    private const string RootFile = "root";

    /// <summary>Connections that are made at the same time.</summary>
    private const int Joining = 64;

    public static void Save(string directory, RootCa root, IEnumerable<NodeIdentity> nodes)
    {
        File.WriteAllText(Path.Join(directory, RootFile), root.Certificate);
        foreach (var node in nodes)
        {
            File.WriteAllText(Path.Join(directory, $"{node.NodeId}.crt"), node.Certificate);
            File.WriteAllText(Path.Join(directory, $"{node.NodeId}.key"), node.PrivateKey);
        }
    }

    public static Process Start(string directory, int port, int tasks) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!,
        [typeof(DispatchNodes).Assembly.Location, "macro", Verb, directory, $"127.0.0.1:{port}", $"{tasks}"])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    public static async Task RunAsync(string directory, string address, string tasks)
    {
        var root = await File.ReadAllTextAsync(Path.Join(directory, RootFile));
        var crowd = new Crowd(int.Parse(tasks, CultureInfo.InvariantCulture));
        using var joining = new SemaphoreSlim(Joining);
        using var stop = new CancellationTokenSource();
        var files = Directory.GetFiles(directory, "*.crt");
        var nodes = files.Select(file => RunNodeAsync(root, file, address, crowd, joining, stop.Token)).ToArray();
        for (var i = 0; i < files.Length; i++)
        {
            await crowd.Ready.WaitAsync();
        }

        Console.WriteLine(Connected);
        await crowd.AllCame.Task;
        Console.WriteLine(Assigned);
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await Task.WhenAll(nodes);
    }

    private static async Task RunNodeAsync(
        string root,
        string file,
        string address,
        Crowd crowd,
        SemaphoreSlim joining,
        CancellationToken stop)
    {
        var identity = NodeIdentity.Create(
            root,
            await File.ReadAllTextAsync(file, stop),
            await File.ReadAllTextAsync(Path.ChangeExtension(file, ".key"), stop),
            DateTimeOffset.UtcNow);
        var managers = new ManagerChoice(new Random(1));
        managers.Set([new ManagerPeer(new NodeId("manager"), address, 1)]);
        using var connection = new WireDispatcherConnection(
            managers,
            new CurrentIdentity(identity, KeyEncryptionKey.None),
            TimeProvider.System);
        await joining.WaitAsync(stop);
        try
        {
            var session = new SessionRequest(new NodeDescription { Hostname = identity.NodeId.Value });
            var work = Task.CompletedTask;
            await foreach (var message in connection.OpenSessionAsync(session, stop))
            {
                // What comes later is news of the managers.
                work = work.IsCompleted
                    ? Task.WhenAll(
                        BeatAsync(connection, message.SessionId, stop),
                        CountAsync(connection, message.SessionId, crowd, joining, stop))
                    : work;
            }

            await work;
        }
        catch (Exception exception) when (stop.IsCancellationRequested && exception is not InvalidOperationException)
        {
            // The manager has gone, as it should.
        }
    }

    private static async Task BeatAsync(IDispatcherConnection connection, string session, CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(await connection.HeartbeatAsync(session, stop), stop);
        }
    }

    private static async Task CountAsync(
        IDispatcherConnection connection,
        string session,
        Crowd crowd,
        SemaphoreSlim joining,
        CancellationToken stop)
    {
        await foreach (var message in connection.OpenAssignmentsAsync(session, stop))
        {
            if (message.IsComplete)
            {
                joining.Release();
                crowd.Ready.Release();
            }

            crowd.Came(message.Changes.Count(change => change.Object is SwarmTask && !change.Remove));
        }
    }

    private sealed class Crowd(int expected)
    {
        private int _came;

        public SemaphoreSlim Ready { get; } = new(0);

        public TaskCompletionSource AllCame { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Came(int count)
        {
            if (Interlocked.Add(ref _came, count) >= expected)
            {
                AllCame.TrySetResult();
            }
        }
    }
}
