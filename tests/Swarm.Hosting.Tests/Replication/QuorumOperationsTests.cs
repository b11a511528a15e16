using Swarm.Hosting.Nodes;
using Swarm.Hosting.Tests.Nodes;

namespace Swarm.Hosting.Tests.Replication;

/// <summary>What operators do to a quorum, on managers of this process with real disks and sockets.</summary>
public sealed class QuorumOperationsTests : QuorumTests
{
    [Fact]
    public async Task Scenario_104_a_manager_that_has_lost_its_quorum_goes_on_alone_with_all_that_it_has()
    {
        var managers = await FormAsync(3);
        var (kept, others) = (managers[1], new[] { managers[0], managers[2] });
        var cluster = (await kept.Client.Cluster.GetAsync()).Id;
        await managers[0].AddConfigAsync("before");
        var spec = SwarmHostUnderTest.Spec("web", replicas: 3);
        var service = await kept.Client.Services.CreateAsync(
            spec with { TaskTemplate = spec.TaskTemplate with { Restart = new RestartPolicy { Delay = TimeSpan.Zero } } });
        await RunningAsync(kept, service.Id, 3);
        var mine = await TasksOnAsync(kept, service.Id);
        foreach (var other in others)
        {
            await other.StopAsync();
        }

        Assert.Equal(kept.Node.NodeId, await kept.ForceNewClusterAsync());

        Assert.Equal(cluster, (await kept.Client.Cluster.GetAsync()).Id);
        Assert.Equal(["before"], await kept.ConfigsAsync());
        await kept.AddConfigAsync("after");
        var nodes = await kept.NodesAsync();
        Assert.Equal(3, nodes.Length);
        Assert.Equal(kept.Node.NodeId, Assert.Single(nodes, node => node.Role == NodeRole.Manager).Id);
        Assert.NotNull(Assert.Single(nodes, node => node.ManagerStatus is not null).ManagerStatus);
        var lost = nodes.First(node => node.Description?.Hostname == "m2").Id;
        await kept.Client.Nodes.RemoveAsync(lost, force: true);
        Assert.Superset(mine.ToHashSet(), (await TasksOnAsync(kept, service.Id)).ToHashSet());

        // It is a quorum that survives a restart, and that others may join.
        await kept.StopAsync();
        await kept.StartAsync();
        Assert.Equal(["after", "before"], await kept.ConfigsAsync());
        var joined = await AddAsync("m3");
        await joined.JoinAsync(kept);
        await ManagersAsync(kept, 2);
        Assert.Equal(["after", "before"], await joined.ConfigsAsync());

        // A manager of the old quorum is a worker when it comes back.
        await managers[0].StartAsync();
        await ManagerUnderTest.BecomesAsync(
            () => Task.FromResult(managers[0].Node.IsManager),
            isManager => !isManager);
        await ManagerUnderTest.BecomesAsync(
            kept.NodesAsync,
            found => found.Any(node => node.Description?.Hostname == "m0" && node.Status.State == NodeState.Ready));
        await RunningAsync(kept, service.Id, 3);
    }

    [Fact]
    public async Task Only_a_manager_goes_on_alone()
    {
        var worker = await AddAsync("w");
        var manager = (await FormAsync(1))[0];
        await worker.Node.JoinAsync(
            new SwarmJoinRequest(
                $"{worker.Address}:2377",
                worker.Address,
                "",
                [$"{manager.Address}:2377"],
                (await manager.Client.Cluster.GetAsync()).RootCa.WorkerJoinToken,
                NodeAvailability.Active),
            CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<SwarmException>(worker.ForceNewClusterAsync);

        Assert.Contains("Worker nodes can't be used to view or modify cluster state", refusal.Message);
        Assert.Equal(LocalNodeState.Active, worker.Node.State);
    }

    [Fact]
    public async Task Scenario_103_a_manager_gets_as_a_snapshot_what_the_log_has_no_more_however_large()
    {
        var managers = await FormAsync(3);
        await managers[0].AddConfigAsync("first");
        await managers[2].StopAsync();
        var cluster = await managers[0].Client.Cluster.GetAsync();
        await managers[0].Client.Cluster.UpdateAsync(
            cluster.Version,
            cluster.Spec with { Raft = cluster.Spec.Raft with { SnapshotInterval = 5, LogEntriesForSlowFollowers = 1 } });

        // Several messages' worth, each of which takes the log one entry on.
        for (var i = 0; i < 16; i++)
        {
            await managers[i % 2].AddConfigAsync($"large-{i:00}", 900_000);
        }

        await ManagerUnderTest.BecomesAsync(
            () => Task.FromResult(SnapshotsOf(managers[0])),
            size => size > 8_000_000);
        await managers[2].StartAsync();
        var joined = await AddAsync("m3");
        await joined.JoinAsync(managers[1]);

        var expected = await managers[0].ConfigsAsync();
        Assert.Equal(17, expected.Length);
        foreach (var late in new[] { managers[2], joined })
        {
            Assert.Equal(expected, await ManagerUnderTest.BecomesAsync(late.ConfigsAsync, _ => true));
            Assert.True(SnapshotsOf(late) > 8_000_000, "it came as a snapshot");
        }

        // They have it for good, and are members as the others are.
        await ManagersAsync(joined, 4);
        await managers[0].StopAsync();
        await ManagerUnderTest.BecomesAsync(() => joined.AddConfigAsync("last"), _ => true);
        await managers[2].StopAsync();
        await managers[2].StartAsync();
        Assert.Contains("last", await ManagerUnderTest.BecomesAsync(managers[2].ConfigsAsync, _ => true));
    }

    [Fact]
    public async Task Managers_are_known_at_the_address_that_their_settings_have_after_a_restart()
    {
        var managers = await FormAsync(3);
        await managers[2].StopAsync();
        managers[2].Address = ManagerUnderTest.NextLoopbackAddress();
        await managers[2].StartAsync();
        await AddressAsync(managers[0], managers[2]);

        // The one that leads moves, too, and is a member like the others wherever it is.
        await managers[0].StopAsync();
        managers[0].Address = ManagerUnderTest.NextLoopbackAddress();
        await managers[0].StartAsync();
        await AddressAsync(managers[1], managers[0]);
        await ManagersAsync(managers[0], 3);

        // Nothing but the new addresses is needed: the one that stayed may go.
        await managers[1].StopAsync();
        await ManagerUnderTest.BecomesAsync(() => managers[2].AddConfigAsync("moved"), _ => true);
        Assert.Equal(["moved"], await managers[0].ConfigsAsync());
    }

    [Fact]
    public async Task A_manager_that_is_alone_moves_and_keeps_what_was_said_when_nothing_changes()
    {
        var manager = (await FormAsync(1))[0];
        var address = manager.Address;
        await manager.StopAsync();
        await manager.StartAsync();
        Assert.Equal(address, manager.Node.Address);

        await manager.StopAsync();
        manager.Address = ManagerUnderTest.NextLoopbackAddress();
        await manager.StartAsync();

        await AddressAsync(manager, manager);
        Assert.Equal(manager.Address, manager.Node.Address);
    }

    private static Task AddressAsync(ManagerUnderTest seenBy, ManagerUnderTest moved) => ManagerUnderTest.BecomesAsync(
        seenBy.NodesAsync,
        nodes => nodes.Any(node =>
            node.Id == moved.Node.NodeId
            && node.ManagerStatus is { Reachability: Reachability.Reachable } status
            && status.Address == $"{moved.Address}:2377"));

    private static Task ManagersAsync(ManagerUnderTest seenBy, int count) => ManagerUnderTest.BecomesAsync(
        seenBy.NodesAsync,
        nodes => nodes.Count(node => node.ManagerStatus is { Reachability: Reachability.Reachable }) == count);

    private static Task RunningAsync(ManagerUnderTest manager, ServiceId service, int count) =>
        ManagerUnderTest.BecomesAsync(
            async () => await manager.Client.Tasks.ListAsync(new TaskQuery(ServiceId: service)).ToListAsync(),
            tasks => tasks.Count(task => task.Status.State == TaskState.Running
                && task.DesiredState == TaskState.Running) == count);

    private static async Task<TaskId[]> TasksOnAsync(ManagerUnderTest manager, ServiceId service) =>
    [
        .. (await manager.Client.Tasks.ListAsync(new TaskQuery(ServiceId: service)).ToListAsync())
            .Where(task => task.NodeId == manager.Node.NodeId && task.Status.State == TaskState.Running)
            .Select(task => task.Id),
    ];

    private static long SnapshotsOf(ManagerUnderTest manager) =>
        new DirectoryInfo(Path.Combine(manager.DataDirectory, "swarm", "raft", "snap"))
            .EnumerateFiles("*.snap")
            .Sum(file => file.Length);
}
