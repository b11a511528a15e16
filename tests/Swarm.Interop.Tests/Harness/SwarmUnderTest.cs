using System.Text.Json;

namespace Swarm.Interop.Tests.Harness;

/// <summary>A swarm made of real peers, seen through its manager's docker command.</summary>
/// <param name="manager">Whom all commands ask.</param>
/// <param name="engines">The Docker Engines that run its tasks.</param>
/// <param name="worker">One more worker, of whatever kind.</param>
internal sealed class SwarmUnderTest(Peer manager, IReadOnlyList<DockerEngine> engines, Peer? worker = null)
{
    // Short, so that the suite is: a dead node is noticed after three of them.
    private const string Heartbeat = "2s";

    public Peer Manager => manager;

    public DockerCli Docker => manager.Docker;

    public IReadOnlyList<DockerEngine> Engines => engines;

    public string ManagerAddress => $"{manager.Address}:{SwarmDaemon.SwarmPort}";

    private IEnumerable<Peer> Members => engines.Concat([manager, .. worker is null ? [] : new[] { worker }]).Distinct();

    /// <summary>Forms the swarm anew unless it is whole: what one test broke must not fail the next.</summary>
    public async Task EnsureAsync()
    {
        if (await IsWholeAsync())
        {
            return;
        }

        await DissolveAsync();
        await Docker.OkAsync(
            "swarm", "init", "--advertise-addr", manager.Address, "--dispatcher-heartbeat", Heartbeat,

            // Our own manager has no containers to run.
            "--availability", manager.IsOurs ? "drain" : "active");
        foreach (var peer in Members.Where(peer => peer != manager))
        {
            await JoinAsync(peer);
        }

        foreach (var peer in Members)
        {
            await NodeIsAsync(peer.Name, "Ready");
        }
    }

    public async Task JoinAsync(Peer peer, string role = "worker")
    {
        var token = (await Docker.OkAsync("swarm", "join-token", "-q", role)).Trim();
        var joined = await peer.Docker.RunAsync(
            "swarm", "join", "--token", token, "--advertise-addr", peer.Address, ManagerAddress);
        Assert.True(
            joined.ExitCode == 0 && joined.Output.Contains($"This node joined a swarm as a {role}.", StringComparison.Ordinal),
            $"{joined}\n{peer.Tail()}\n{manager.Tail()}");
    }

    /// <summary>Takes the swarm apart; every peer is as before.</summary>
    public async Task DissolveAsync()
    {
        foreach (var peer in Members.OrderBy(peer => peer == manager))
        {
            await peer.LeaveAsync();
        }
    }

    /// <summary>Removes services, secrets, configs and networks, and waits until no engine runs a task.</summary>
    public async Task ClearAsync()
    {
        foreach (var kind in new[] { "service", "secret", "config" })
        {
            if (await Docker.LinesAsync(kind, "ls", "-q") is { Length: > 0 } ids)
            {
                await Docker.OkAsync([kind, "rm", .. ids]);
            }
        }

        var networks = await Docker.LinesAsync(
            "network", "ls", "--filter", "scope=swarm", "--filter", "type=custom", "--format", "{{.Name}}");
        foreach (var network in networks.Where(name => name != "ingress"))
        {
            await Docker.OkAsync("network", "rm", network);
        }

        foreach (var engine in engines)
        {
            await BecomesAsync(
                () => engine.Docker.LinesAsync("ps", "-q", "--filter", "label=com.docker.swarm.task.id"),
                ids => ids.Length == 0,
                $"{engine.Name} runs no task after the services were removed");
        }
    }

    public Task<JsonElement[]> NodesAsync() => Docker.JsonAsync("node", "ls");

    public Task<JsonElement[]> NodeIsAsync(string name, string status) => BecomesAsync(
        NodesAsync,
        nodes => nodes.Any(node => node.Text("Hostname") == name && node.Text("Status") == status),
        $"node {name} is {status}");

    /// <summary>
    /// The id of a node by its host name, once one is ready: a busy machine may take a node that comes back for one that
    /// is down.
    /// </summary>
    public async Task<string> NodeIdAsync(string name)
    {
        var ready = await BecomesAsync(
            async () => (await NodesAsync())
                .Where(node => node.Text("Hostname") == name && node.Text("Status") == "Ready")
                .Select(node => node.Text("ID"))
                .ToArray(),
            ids => ids.Length == 1,
            $"one node {name} is ready");
        return ready[0];
    }

    /// <summary>The root certificate a node says it trusts.</summary>
    public async Task<string> TrustRootAsync(string name) => (await Docker.OkAsync(
        "node", "inspect", "--format", "{{.Description.TLSInfo.TrustRoot}}", await NodeIdAsync(name))).Trim();

    public Task<string> CreateAsync(string name, string[] flags, params string[] command) =>
        CreateAsync(name, TestImage.First, flags, command);

    public Task<string> CreateAsync(string name, string image, string[] flags, params string[] command) => Docker.OkAsync(
    [
        "service", "create", "--detach", "--no-resolve-image", "--stop-grace-period", "1s", "--restart-delay", "500ms",
        "--name", name, .. flags, image, .. command.Length > 0 ? command : ["sleep", "100000"],
    ]);

    /// <summary>All tasks of a service the manager remembers.</summary>
    public async Task<SeenTask[]> TasksAsync(string service) =>
        [.. (await Docker.JsonAsync("service", "ps", "--no-trunc", service)).Select(SeenTask.From)];

    /// <summary>Waits until exactly that many tasks are wanted, and all of them run.</summary>
    public async Task<SeenTask[]> RunningAsync(string service, int count)
    {
        var tasks = await BecomesAsync(
            () => TasksAsync(service),
            seen => seen.Count(task => task.IsWanted) == count && seen.Count(task => task.Runs) == count,
            $"{count} tasks of {service} run");
        return [.. tasks.Where(task => task.Runs)];
    }

    /// <summary>Running containers of a service, by engine.</summary>
    public async Task<Dictionary<DockerEngine, string[]>> ContainersAsync(string service)
    {
        var found = new Dictionary<DockerEngine, string[]>();
        foreach (var engine in engines)
        {
            found[engine] = await engine.ContainersAsync(service);
        }

        return found;
    }

    /// <summary>Waits; the manager's view and the ends of all logs are in the failure.</summary>
    public Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted, string what, TimeSpan? limit = null) =>
        Eventually.BecomesAsync(ask, wanted, what, DescribeAsync, limit);

    private async Task<bool> IsWholeAsync()
    {
        var listed = await Docker.RunAsync("node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.Availability}}");
        var rotating = await Docker.RunAsync("info", "--format", "{{.Swarm.Cluster.RootRotationInProgress}}");
        var expected = Members.Select(
            peer => $"{peer.Name} Ready {(peer == manager && manager.IsOurs ? "Drain" : "Active")}");
        return listed.ExitCode == 0
            && rotating.Output.Trim() == "false"
            && listed.Output.Trim().Split('\n').Order().SequenceEqual(expected.Order());
    }

    private async Task<string> DescribeAsync()
    {
        var nodes = await Docker.RunAsync("node", "ls");
        var services = await Docker.RunAsync("service", "ls");
        var ids = (await Docker.RunAsync("service", "ls", "-q")).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var tasks = ids.Length > 0 ? (await Docker.RunAsync(["service", "ps", "--no-trunc", .. ids])).All : "";
        var peers = await Task.WhenAll(engines.Select(PeersAsync));
        var logs = Members.Select(peer => peer.Tail(12));
        return $"{string.Join('\n', peers)}\n{nodes.All}\n{services.All}\n{tasks}\n{string.Join("\n\n", logs)}";
    }

    // Whom an engine hears on its networks.
    private static async Task<string> PeersAsync(DockerEngine engine)
    {
        var networks = await engine.Docker.RunAsync("network", "ls", "--quiet", "--filter", "driver=overlay");
        var ids = networks.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var peers = await engine.Docker.RunAsync(
            ["network", "inspect", "--format", "{{.Name}} {{range .Peers}}{{.IP}} {{end}}", .. ids]);
        return $"{engine.Name} hears: {peers.All.ReplaceLineEndings("; ")}";
    }
}
