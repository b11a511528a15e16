using System.Globalization;
using Swarm.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Swarm.Interop.Tests;

/// <summary>Docker Engines and our daemons keep one log together, whoever of them leads.</summary>
[Collection(Engines.Collection)]
[Trait("Category", Peers.OurJoin)]
public sealed class MixedQuorumTests(Engines engines, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Rounds = 3;

    /// <summary>Changes under each leader; more of them by <c>SWARM_MIXED_CHANGES</c>.</summary>
    private static readonly int Changes = int.Parse(
        Environment.GetEnvironmentVariable("SWARM_MIXED_CHANGES") ?? "30",
        CultureInfo.InvariantCulture);

    private readonly List<Peer> _managers = [];
    private readonly SortedSet<string> _acknowledged = new(StringComparer.Ordinal);
    private DockerEngine? _worker;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var peer in _worker is null ? [] : _managers.Append(_worker))
        {
            await peer.LeaveAsync();
        }
    }

    [SkippableTheory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public async Task Killed_leaders_of_either_kind_are_succeeded_and_nothing_acknowledged_is_lost(int theirs, int ours)
    {
        await FormAsync(theirs, ours);
        var led = new List<Peer>();
        var containers = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            var leader = await LeaderAsync();
            led.Add(leader);
            await ChangeAsync(round, _managers);
            containers.Add(await RunAsync(leader, $"round{round}"));
            await RunStillAsync(leader, containers);

            await leader.KillAsync();
            var successor = await LeaderAsync();
            Assert.NotSame(leader, successor);
            await ConfigAsync(successor, $"{round}-after-{leader.Name}");
            await leader.StartAsync();
            await AllAreReachableAsync();
        }

        led.Add(await LeaderAsync());
        foreach (var manager in _managers)
        {
            Assert.Equal(_acknowledged, await ConfigsAsync(manager));
        }

        await RunStillAsync(led[^1], containers);
        var kinds = led.Select(leader => leader.IsOurs ? "ours" : "theirs").ToArray();
        output.WriteLine($"{_acknowledged.Count} changes; leaders: {string.Join(", ", kinds)}");

        // A minority of ours is the first to notice that a leader is gone; a minority of theirs seldom is.
        Assert.Contains("ours", kinds);
        Assert.True(ours > theirs || kinds.Contains("theirs"), string.Join(", ", kinds));
    }

    [SkippableFact]
    public async Task A_worker_that_reaches_its_leader_through_one_of_our_managers_is_not_taken_for_that_manager()
    {
        await FormAsync(theirs: 2, ours: 1);
        var (leader, other, ours) = (_managers[0], _managers[1], _managers[2]);
        var before = await RunAsync(leader, "before");
        Peer[] hidden = [leader, other];
        foreach (var peer in hidden)
        {
            (await _worker!.RunAsync(["iptables", "-I", .. Hides(peer)])).Ok();
        }

        try
        {
            await _worker!.RestartAsync();
            await BecomesAsync(
                () => leader.Docker.LinesAsync("node", "ls", "--format", "{{.Hostname}} {{.Status}}"),
                nodes => nodes.Order().SequenceEqual(
                    _managers.Append(_worker).Select(peer => $"{peer.Name} Ready").Order()),
                "every node is known by its own name");
            var after = await RunAsync(leader, "after");
            Assert.NotEqual(before, after);
            Assert.Equal(
                _worker.Address,
                (await leader.Docker.OkAsync("node", "inspect", _worker.Name, "--format", "{{.Status.Addr}}")).Trim());
            Assert.Equal(
                ours.Address,
                (await leader.Docker.OkAsync("node", "inspect", ours.Name, "--format", "{{.Status.Addr}}")).Trim());
        }
        finally
        {
            foreach (var peer in hidden)
            {
                await _worker!.RunAsync(["iptables", "-D", .. Hides(peer)]);
            }
        }
    }

    [SkippableFact]
    public async Task A_live_swarm_moves_to_our_managers_and_back_with_its_tasks_untouched()
    {
        await FormAsync(theirs: 1, ours: 0);
        var engine = _managers[0];
        var container = await RunAsync(engine, "kept");
        var ours = await engines.OursAsync(0);
        await ours.LeaveAsync();

        await JoinAsync(engine, ours);
        _managers.Add(ours);
        await AllAreReachableAsync();
        await engine.Docker.OkAsync("node", "demote", engine.Name);
        await BecomesAsync(async () => await ListAsync(ours), list => list == "Leader", "ours alone manages");
        _managers.Remove(engine);
        await ChangeAsync(0, [ours]);
        Assert.Equal(container, Assert.Single(await _worker!.ContainersAsync("kept")));
        await ours.Docker.OkAsync("service", "scale", "--detach", "kept=2");
        await BecomesAsync(() => _worker.ContainersAsync("kept"), found => found.Length == 2, "ours has scaled it");
        await ours.Docker.OkAsync("service", "scale", "--detach", "kept=1");
        await BecomesAsync(() => _worker.ContainersAsync("kept"), found => found.Length == 1, "ours has scaled it back");
        var kept = Assert.Single(await _worker.ContainersAsync("kept"));

        await ours.Docker.OkAsync("node", "promote", engine.Name);
        _managers.Add(engine);
        await AllAreReachableAsync();
        await ours.Docker.OkAsync("node", "demote", ours.Name);
        await BecomesAsync(async () => await ListAsync(engine), list => list == "Leader", "the engine alone manages");
        _managers.Remove(ours);
        Assert.Equal(_acknowledged, await ConfigsAsync(engine));
        Assert.Equal(kept, Assert.Single(await _worker.ContainersAsync("kept")));
        _managers.Add(ours);
    }

    private static string[] Hides(Peer manager) =>
    [
        "OUTPUT", "--protocol", "tcp", "--destination", manager.Address, "--dport", $"{SwarmDaemon.SwarmPort}",
        "--jump", "REJECT", "--reject-with", "tcp-reset",
    ];

    private async Task FormAsync(int theirs, int ours)
    {
        await Requirements.OrSkipAsync();
        Peers.OrSkip();
        _worker = engines.Docker[2];
        var mine = new List<Peer>();
        for (var index = 0; index < ours; index++)
        {
            mine.Add(await engines.OursAsync(index));
        }

        // Whoever has the majority founds the swarm, and the other kind joins.
        var engineManagers = engines.Docker.Take(theirs);
        _managers.AddRange(theirs > ours ? engineManagers.Concat(mine) : mine.Concat(engineManagers));
        foreach (var peer in _managers.Append(_worker))
        {
            await peer.LeaveAsync();
        }

        await _managers[0].Docker.OkAsync("swarm", "init", "--advertise-addr", _managers[0].Address);
        foreach (var manager in _managers.Skip(1))
        {
            await JoinAsync(_managers[0], manager);
        }

        await new SwarmUnderTest(_managers[0], [_worker]).JoinAsync(_worker);
        await AllAreReachableAsync();
    }

    private static Task JoinAsync(Peer member, Peer newcomer) =>
        new SwarmUnderTest(member, []).JoinAsync(newcomer, "manager");

    /// <summary>Changes asked of all managers in turn.</summary>
    private async Task ChangeAsync(int round, List<Peer> managers)
    {
        for (var change = 0; change < Changes; change++)
        {
            await ConfigAsync(managers[change % managers.Count], $"{round}-{change}");
        }
    }

    private async Task ConfigAsync(Peer manager, string name)
    {
        await manager.Api.PostAsync("v1.40/configs/create", $$"""{"Name":"c{{name}}","Data":"eA=="}""");
        _acknowledged.Add($"c{name}");
    }

    private static async Task<IEnumerable<string>> ConfigsAsync(Peer manager) =>
        (await manager.Docker.LinesAsync("config", "ls", "--format", "{{.Name}}")).Order(StringComparer.Ordinal);

    /// <summary>Starts a task on the worker.</summary>
    /// <returns>The id of its container.</returns>
    private async Task<string> RunAsync(Peer manager, string service)
    {
        await new SwarmUnderTest(manager, [_worker!]).CreateAsync(service, ["--constraint", $"node.hostname=={_worker!.Name}"]);
        return Assert.Single(await BecomesAsync(
            () => _worker.ContainersAsync(service), found => found.Length == 1, $"{service} runs on {_worker.Name}"));
    }

    /// <summary>The containers that the worker runs are these; if not, the managers know why.</summary>
    private async Task RunStillAsync(Peer manager, List<string> containers)
    {
        var found = await _worker!.Docker.LinesAsync("ps", "-q", "--no-trunc");
        if (!found.Order().SequenceEqual(containers.Order()))
        {
            var tasks = await manager.Docker.RunAsync(["service", "ps", "--no-trunc", .. await manager.Docker.LinesAsync("service", "ls", "-q")]);
            var nodes = await manager.Docker.RunAsync("node", "ls");
            var logs = await Task.WhenAll(_managers.Append<Peer>(_worker).Select(DescribeAsync));
            Assert.Fail($"runs {string.Join(' ', found)}\nand not {string.Join(' ', containers)}\n"
                + $"{tasks.Output}\n{nodes.Output}\n{string.Join("\n\n", logs)}");
        }
    }

    private async Task<Peer> LeaderAsync()
    {
        Peer? leader = null;
        await BecomesAsync(
            async () =>
            {
                foreach (var manager in _managers)
                {
                    var info = await manager.Docker.RunAsync("node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}");
                    var line = info.Output.Split('\n').FirstOrDefault(line => line.EndsWith(" Leader", StringComparison.Ordinal));
                    leader = info.ExitCode == 0 ? _managers.Find(other => line == $"{other.Name} Leader") : null;
                    if (leader is not null && await leader.Api.AnswersAsync())
                    {
                        return true;
                    }
                }

                return false;
            },
            found => found,
            "one of the managers leads");
        return leader!;
    }

    private async Task AllAreReachableAsync()
    {
        var wanted = string.Join(' ', Enumerable.Repeat("Reachable", _managers.Count - 1).Prepend("Leader"));
        foreach (var manager in _managers)
        {
            await BecomesAsync(() => ListAsync(manager), list => list == wanted, $"{manager.Name} lists {wanted}");
        }
    }

    private static async Task<string> ListAsync(Peer manager) => string.Join(
        ' ',
        (await manager.Docker.LinesAsync("node", "ls", "--format", "{{.ManagerStatus}}")).Order(StringComparer.Ordinal));

    private Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted, string what) => Eventually.BecomesAsync(
        ask, wanted, what, async () => string.Join("\n\n", await Task.WhenAll(_managers.Append<Peer>(_worker!).Select(DescribeAsync))));

    private static async Task<string> DescribeAsync(Peer manager)
    {
        var listening = await manager.RunAsync("ss", "-ltnp");
        var running = await manager.RunAsync("ps", "ax");
        var node = await manager.Docker.RunAsync("info", "--format", "{{.Swarm.NodeID}}");
        var nodes = await manager.Docker.RunAsync("node", "ls");
        return $"{manager.Name}: {node.Output}{nodes.Output}{nodes.Error}\n{listening.Output}\n{running.Output}\n{manager.Tail(manager.IsOurs ? 150 : 40)}";
    }
}
