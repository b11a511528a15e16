namespace Swarm.Interop.Tests.Harness;

/// <summary>
/// The machines that all tests of this project share: three Docker Engines and room for three of our daemons, none in a swarm.
/// Tests of one collection run one after the other; each class makes its swarm and takes it apart again.
/// </summary>
public sealed class Engines : IAsyncLifetime
{
    public const string Collection = "real peers";

    /// <summary>A folder to copy all logs to at the end.</summary>
    private const string KeepLogs = "SWARM_INTEROP_LOGS";

    private const int DockerMachines = 3;
    private const int OurMachines = 3;

    private readonly List<Peer> _peers = [];
    private TestNetwork? _network;

    internal TestNetwork Network => _network!;

    internal IReadOnlyList<DockerEngine> Docker => [.. _peers.OfType<DockerEngine>()];

    /// <summary>One of our daemons, started when first asked for: Docker alone must not depend on it.</summary>
    internal async Task<SwarmDaemon> OursAsync(int index)
    {
        var machine = Network.Machines[DockerMachines + index];
        if (_peers.Find(peer => peer.Machine == machine) is SwarmDaemon running)
        {
            return running;
        }

        var daemon = await SwarmDaemon.StartAsync(machine);
        _peers.Add(daemon);
        return daemon;
    }

    /// <summary>Our daemon that runs its tasks on an engine of its own, started when first asked for.</summary>
    internal async Task<DockerNode> DockerNodeAsync()
    {
        if (_peers.OfType<DockerNode>().FirstOrDefault() is { } running)
        {
            return running;
        }

        var node = await DockerNode.StartAsync(Network.Machines[^1]);
        _peers.Add(node);
        return node;
    }

    public async Task InitializeAsync()
    {
        if (await Requirements.MissingAsync() is not null)
        {
            return;
        }

        try
        {
            _network = await TestNetwork.CreateAsync(DockerMachines + OurMachines);
            foreach (var machine in _network.Machines.Take(DockerMachines))
            {
                _peers.Add(await DockerEngine.StartAsync(machine));
            }
        }
        catch
        {
            // xunit does not dispose a fixture that failed to start.
            await DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        CopyLogs();
        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }

        _peers.Clear();
        if (_network is not null)
        {
            await _network.DisposeAsync();
        }
    }

    private void CopyLogs()
    {
        if (Environment.GetEnvironmentVariable(KeepLogs) is not { Length: > 0 } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        foreach (var peer in _peers.Where(peer => File.Exists(peer.Log)))
        {
            File.Copy(peer.Log, Path.Combine(folder, $"{peer.Name}.log"), overwrite: true);
        }
    }
}

[CollectionDefinition(Engines.Collection)]
public sealed class RealPeers : ICollectionFixture<Engines>;
