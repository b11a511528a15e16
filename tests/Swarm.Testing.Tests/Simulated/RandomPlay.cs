namespace Swarm.Testing.Tests.Simulated;

/// <summary>A seed's worth of users, accidents and operators.</summary>
internal sealed class RandomPlay
{
    private const int MostServices = 7;
    private const int MostNodes = 9;

    private readonly SwarmTestCluster _cluster;
    private readonly Random _random;
    private readonly RandomSpecs _specs;
    private readonly AcknowledgedWrites _told;

    public RandomPlay(SwarmTestCluster cluster)
    {
        (_cluster, _random) = (cluster, new Random(cluster.Seed));
        _specs = new RandomSpecs(_random);
        _told = new AcknowledgedWrites(cluster);
        Images.Script(cluster.Executor, _random);
    }

    /// <summary>What happened, for a failure that is to be understood.</summary>
    public List<string> Story { get; } = [];

    public int Acknowledged => _told.Count;

    public async Task DisturbAsync(int steps)
    {
        for (var i = 0; i < 4; i++)
        {
            await CreateAsync();
        }

        for (var step = 0; step < steps; step++)
        {
            await DisturbAsync();
            await LiveAsync(_random.NextDouble() * 6);
        }
    }

    /// <summary>Everything is repaired, every service gets an image that works, and all is as asked for.</summary>
    public async Task CalmAsync()
    {
        _cluster.Network.Heal();
        _cluster.Network.Loss = 0;
        foreach (var node in _cluster.Nodes)
        {
            node.DiskLatency = TimeSpan.Zero;
            node.Clock.Rate = 1;
        }

        Tell("everything but the workers is repaired");
        await RestartAsync(_cluster.Managers);
        await _cluster.AdvanceUntilAsync(() => _cluster.FindLeader() is not null);

        // A job's task that goes to a node which is away, unknown to the managers, is waited for a day.
        await LiveAsync(60);
        await RepairServicesAsync();
        Tell("the workers start again");
        await RestartAsync(_cluster.Workers);
        await RepairServicesAsync();
    }

    public async Task RemoveEverythingAsync()
    {
        foreach (var service in await _cluster.Client.Services.ListAsync().ToListAsync())
        {
            await UntilDoneAsync(() => RemoveAsync(service));
        }

        await _cluster.AdvanceUntilAsync(() => _cluster.FindLeader() is not null
            && _cluster.View.Tasks.Count == 0
            && _cluster.View.Services.Count == 0
            && _cluster.Executor.Running.Count == 0);
        _told.Check();
    }

    /// <summary>Updates and changes of leader, and nothing else that could cost a task.</summary>
    public async Task UpdateOnlyAsync(int updates)
    {
        var order = (UpdateOrder)_random.Next(2);
        var web = await _cluster.Client.Services.CreateAsync(_specs.Updated(order));
        await _cluster.ConvergeAsync();
        _cluster.Laws.BoundUpdates = true;
        for (var i = 0; i < updates; i++)
        {
            var image = _specs.AnyOf(_random.Next(3) == 0 ? Images.Bad : Images.Good);
            await (_random.Next(5) == 0
                ? TryAsync("roll back to the spec before", async () =>
                    _told.Written(await _cluster.Client.Services.RollbackAsync(web.Id)))
                : UpdateAsync(web, spec => _specs.WithPolicy(RandomSpecs.WithImage(spec, image), order)));
            for (var turn = _random.Next(1, 12); turn > 0; turn--)
            {
                await LiveAsync(_random.NextDouble() * 5);
                if (_random.Next(4) == 0)
                {
                    await ChangeLeaderAsync();
                }
            }

            // One that works comes before the next broken one, or start-first has nothing left to stand on.
            await UntilDoneAsync(() => UpdateAsync(web, spec => RandomSpecs.WithImage(spec, _specs.AnyOf(Images.Good))));
            await RestartAsync(_cluster.Managers);
            await _cluster.ConvergeAsync();
        }
    }

    private static async Task RestartAsync(IEnumerable<TestNode> nodes)
    {
        foreach (var node in nodes)
        {
            await node.RestartAsync();
        }
    }

    private async Task RepairServicesAsync()
    {
        foreach (var node in _cluster.Nodes.Where(node => node.IsRunning))
        {
            await UntilDoneAsync(() => ChangeAsync(node, spec => spec with { Availability = NodeAvailability.Active }));
        }

        foreach (var service in await _cluster.Client.Services.ListAsync().ToListAsync())
        {
            await UntilDoneAsync(() => UpdateAsync(service, _specs.Repair));
        }

        await _cluster.ConvergeAsync();
        _told.Check();
    }

    private async Task DisturbAsync()
    {
        switch (_random.Next(20))
        {
            case 0 or 1:
                await CreateAsync();
                break;
            case 2 or 3 or 4:
                await WithAnyServiceAsync(service => UpdateAsync(service, _specs.Change));
                break;
            case 5:
                await WithAnyServiceAsync(RemoveAsync);
                break;
            case 6:
                await WithAnyServiceAsync(service => TryAsync($"roll {service.Spec.Name} back", async () =>
                    _told.Written(await _cluster.Client.Services.RollbackAsync(service.Id))));
                break;
            case 7 or 8 when _cluster.Executor.Running is { Count: > 0 } running:
                var victim = _specs.AnyOf([.. running]);
                Tell($"{victim.Name} dies");
                _cluster.Executor.Exit(victim.Id);
                break;
            case 9:
                var availability = (NodeAvailability)_random.Next(3);
                await ChangeAsync(AnyNode(), spec => spec with { Availability = availability });
                break;
            case 10:
                var zone = _random.Next(2) == 0 ? "a" : "b";
                await ChangeAsync(AnyNode(), spec => spec with { Labels = spec.Labels.With("zone", zone) });
                break;
            case 11 or 12 or 13:
                await CrashOrRestartAsync(AnyNode());
                break;
            case 14:
                await ChangeLeaderAsync();
                break;
            case 15:
                CutOrHeal();
                break;
            case 16:
                TurnClock(AnyNode());
                break;
            case 17:
                await StallAsync();
                break;
            case 18:
                var slow = _specs.AnyOf([.. _cluster.Managers]);
                slow.DiskLatency = TimeSpan.FromMilliseconds(_random.Next(4) * 100);
                Tell($"the disk of {slow.Name} takes {slow.DiskLatency}");
                break;
            case 19 when _cluster.Nodes.Count < MostNodes && _cluster.FindLeader() is not null:
                await AddWorkerAsync();
                break;
        }
    }

    private async Task LiveAsync(double seconds)
    {
        await _cluster.AdvanceAsync(TimeSpan.FromSeconds(seconds));
        _told.Check();
    }

    private async Task CreateAsync()
    {
        if (_cluster.FindLeader() is { } leader && leader.Manager!.Store.Current.Services.Count >= MostServices)
        {
            return;
        }

        var spec = _specs.Next();
        await TryAsync($"create {spec.Name} {spec.Mode}", async () =>
            _told.Written(await _cluster.Client.Services.CreateAsync(spec)));
    }

    private Task<bool> UpdateAsync(Service service, Func<ServiceSpec, ServiceSpec> change) =>
        TryAsync($"update {service.Spec.Name}", async () =>
            _told.Written(await _cluster.Client.Services.UpdateAsync(service.Id, change)));

    private async Task<bool> RemoveAsync(Service service)
    {
        // Until the answer is there nobody knows.
        _told.MayBeRemoved(service.Id);
        return await TryAsync($"remove {service.Spec.Name}", async () =>
        {
            await _cluster.Client.Services.RemoveAsync(service.Id);
            _told.Removed(service.Id);
        });
    }

    private Task<bool> ChangeAsync(TestNode node, Func<NodeSpec, NodeSpec> change) =>
        TryAsync($"change {node.Name}", async () =>
        {
            var known = await _cluster.Client.Nodes.FindAsync(node.Id.Value);
            _told.Written(await _cluster.Client.Nodes.UpdateAsync(node.Id, known.Version, change(known.Spec)));
        });

    private Task<bool> WithAnyServiceAsync(Func<Service, Task<bool>> act) =>
        _cluster.FindLeader()?.Manager!.Store.Current.Services.ToArray() is { Length: > 2 } services
            ? act(_specs.AnyOf(services))
            : Task.FromResult(false);

    private async Task CrashOrRestartAsync(TestNode node)
    {
        if (!node.IsRunning)
        {
            Tell($"{node.Name} starts again");
            await node.RestartAsync();
        }
        else if (!node.IsManager || CanSpareManager())
        {
            var tasksSurvive = _random.Next(2) == 0;
            Tell($"{node.Name} crashes, its tasks {(tasksSurvive ? "stay" : "too")}");
            await node.CrashAsync(tasksSurvive);
        }
    }

    private bool CanSpareManager() => _cluster.Managers.Count(node => node.IsRunning) > (_cluster.Managers.Count() / 2) + 1;

    private async Task ChangeLeaderAsync()
    {
        if (_cluster.FindLeader() is not { } leader)
        {
            return;
        }

        if (CanSpareManager() && _random.Next(2) == 0)
        {
            Tell($"the leader {leader.Node.Name} crashes");
            await leader.Node.CrashAsync(tasksSurvive: true);
        }
        else
        {
            var next = _specs.AnyOf([.. _cluster.Managers]);
            Tell($"{leader.Node.Name} hands over to {next.Name}");
            await next.LeadAsync();
        }

        foreach (var manager in _cluster.Managers.Where(node => !node.IsRunning && _random.Next(2) == 0))
        {
            Tell($"{manager.Name} starts again");
            await manager.RestartAsync();
        }
    }

    private void CutOrHeal()
    {
        if (_random.Next(2) == 0)
        {
            _cluster.Network.Heal();
            _cluster.Network.Loss = _random.Next(3) * 0.05;
            Tell($"the network heals and loses {_cluster.Network.Loss:P0}");
            return;
        }

        var node = AnyNode();
        _cluster.Network.Isolate(node);
        Tell($"{node.Name} is cut off");
    }

    private void TurnClock(TestNode node)
    {
        node.Clock.Offset = TimeSpan.FromSeconds(_random.Next(-600, 600));
        node.Clock.Rate = 0.9 + (_random.NextDouble() * 0.2);
        Tell($"the clock of {node.Name} is off by {node.Clock.Offset} and runs at {node.Clock.Rate:0.00}");
    }

    /// <summary>The machine that all of it runs on sleeps for a while.</summary>
    private Task StallAsync()
    {
        var span = TimeSpan.FromSeconds(_random.Next(1, 90));
        Tell($"nothing runs for {span}");
        _cluster.World.Time.MoveTo(_cluster.Now + span);
        return LiveAsync(0);
    }

    private async Task AddWorkerAsync()
    {
        try
        {
            Tell("a worker joins");
            await _cluster.AddWorkerAsync();
        }
        catch (SwarmException)
        {
            // There is no quorum for it now.
        }
    }

    /// <summary>Does something that a client may do; a refusal is an answer like any other.</summary>
    private async Task<bool> TryAsync(string what, Func<Task> call)
    {
        try
        {
            await call();
            Tell(what);
            return true;
        }
        catch (SwarmException refusal)
        {
            Tell($"{what}: {refusal.Code} {refusal.Message}");
            return refusal.Code is SwarmErrorCode.NotFound or SwarmErrorCode.FailedPrecondition;
        }
    }

    private async Task UntilDoneAsync(Func<Task<bool>> call)
    {
        for (var attempt = 0; !await call(); attempt++)
        {
            if (attempt == 10)
            {
                throw _cluster.Failure("a call does not come through although everything is repaired");
            }

            await LiveAsync(5);
        }
    }

    private TestNode AnyNode() => _cluster.Nodes[_random.Next(_cluster.Nodes.Count)];

    private void Tell(string what) => Story.Add($"{_cluster.Now:HH:mm:ss.fff} {what}");
}
