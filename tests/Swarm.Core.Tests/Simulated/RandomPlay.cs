namespace Swarm.Core.Tests.Simulated;

/// <summary>A seed's worth of users, accidents and operators.</summary>
internal sealed class RandomPlay
{
    private readonly SwarmUnderTest _swarm;
    private readonly Random _random;
    private ulong _force;
    private int _names;

    public RandomPlay(SwarmUnderTest swarm, int seed)
    {
        (_swarm, _random) = (swarm, new Random(seed));
        Invariants = new SwarmInvariants(swarm);
        swarm.Behaviour = task => SimulatedImages.BehaviourOf(((ContainerSpec)task.Spec.Workload!).Image, _random);
        Live(3);
    }

    public SwarmInvariants Invariants { get; }

    public void Disturb(int steps)
    {
        for (var i = 0; i < 4; i++)
        {
            Create();
        }

        for (var step = 0; step < steps; step++)
        {
            Disturb();
            Live(_random.NextDouble() * 6);
        }
    }

    /// <summary>Everything is repaired, and every service gets an image that works.</summary>
    public void Calm()
    {
        foreach (var node in _swarm.Workers.Where(node => !_swarm.IsConnected(node)).ToArray())
        {
            _swarm.Connect(node);
        }

        foreach (var node in _swarm.View.Nodes.ToArray())
        {
            SetAvailability(node.Id, NodeAvailability.Active);
        }

        foreach (var service in _swarm.View.Services.ToArray())
        {
            var image = service.Spec.Mode.IsJob ? "job:1" : "good:1";
            Update(service, spec => Repair(spec, image));
        }

        Live(600);
    }

    public void RemoveEverything()
    {
        foreach (var service in _swarm.View.Services.ToArray())
        {
            _swarm.Run(() => _swarm.Client.Services.RemoveAsync(service.Id));
        }

        Live(60);
        Assert.Empty(_swarm.View.Tasks);
        Assert.Equal(0, _swarm.RunningProcesses);
    }

    /// <summary>Updates and changes of leader, and nothing else that could cost a task.</summary>
    public void UpdateOnly(int updates)
    {
        var order = (UpdateOrder)_random.Next(2);
        var spec = Spec("web", new ReplicatedMode(_random.Next(1, 7))) with
        {
            Labels = default,
            Update = AnyPolicy() with { Order = order },
            Rollback = AnyPolicy() with { Order = order },
        };
        _swarm.Run(() => _swarm.Client.Services.CreateAsync(spec));
        Live(20);
        Invariants.WatchesUpdates = true;
        for (var i = 0; i < updates; i++)
        {
            var policy = AnyPolicy() with { Order = order };
            var images = _random.Next(3) == 0 ? SimulatedImages.Bad : SimulatedImages.Good;
            var service = _swarm.View.Services.Single();
            if (_random.Next(5) == 0)
            {
                _swarm.Try(() => _swarm.Client.Services.RollbackAsync(service.Id));
            }
            else
            {
                Update(service, now => WithImage(now, AnyOf(images)) with { Update = policy, Rollback = policy });
            }

            for (var turn = _random.Next(1, 12); turn > 0; turn--)
            {
                Live(_random.NextDouble() * 5);
                if (_random.Next(4) == 0)
                {
                    _swarm.ChangeLeader();
                }
            }

            Settle();
        }
    }

    // A broken image is followed by one that works before the next, or start-first has nothing left to stand on.
    private void Settle()
    {
        var service = _swarm.View.Services.Single();
        Update(service, now => WithImage(now, AnyOf(SimulatedImages.Good)));
        Live(300);
        Invariants.CheckAtRest();
    }

    private void Disturb()
    {
        switch (_random.Next(16))
        {
            case 0 or 1:
                Create();
                break;
            case 2 or 3 or 4:
                ChangeAny();
                break;
            case 5 when _swarm.View.Services.Count > 2:
                _swarm.Try(() => _swarm.Client.Services.RemoveAsync(AnyService().Id));
                break;
            case 6:
                _swarm.Try(() => _swarm.Client.Services.RollbackAsync(AnyService().Id));
                break;
            case 7 or 8:
                var running = _swarm.View.Tasks.Where(task => task.Status.State == TaskState.Running).ToArray();
                if (running.Length > 0)
                {
                    _swarm.Crash(AnyOf(running));
                }

                break;
            case 9:
                SetAvailability(AnyNode(), (NodeAvailability)_random.Next(3));
                break;
            case 10 or 11:
                Toggle(AnyNode());
                break;
            case 12:
                Relabel(AnyNode());
                break;
            case 13:
                _swarm.ChangeLeader();
                break;
            case 14:
                _swarm.Stall(TimeSpan.FromSeconds(_random.Next(1, 90)));
                break;
            case 15 when _swarm.Workers.Count() < 6:
                _swarm.AddWorker();
                break;
        }
    }

    private void Live(double seconds)
    {
        _swarm.Advance(TimeSpan.FromSeconds(seconds));
        Invariants.Check();
    }

    private void Create()
    {
        if (_swarm.View.Services.Count >= 7)
        {
            return;
        }

        ServiceMode mode = _random.Next(6) switch
        {
            0 => new GlobalMode(),
            1 => new ReplicatedJobMode(_random.Next(1, 4), _random.Next(1, 9)),
            2 => new GlobalJobMode(),
            _ => new ReplicatedMode(_random.Next(7)),
        };
        _swarm.Try(() => _swarm.Client.Services.CreateAsync(Spec($"s{++_names}", mode)));
    }

    private ServiceSpec Spec(string name, ServiceMode mode)
    {
        var spec = new ServiceSpec
        {
            Name = name,
            Mode = mode,
            Labels = AnyLabels(),
            TaskTemplate = new TaskSpec
            {
                Workload = new ContainerSpec { Image = mode.IsJob ? "job:1" : "good:1" },
                Restart = new RestartPolicy { Delay = TimeSpan.FromSeconds(_random.Next(4)) },
                Resources = new ResourceRequirements
                {
                    Reservations = new NodeResources { NanoCpus = _random.Next(3) * 100_000_000L },
                },
            },
        };
        return mode.IsJob ? spec : spec with { Update = AnyPolicy(), Rollback = AnyPolicy() };
    }

    private ValueDictionary<string> AnyLabels() => _random.Next(5) switch
    {
        0 => [new(ServiceLabels.Rebalance, "2")],
        1 => [new(ServiceLabels.RestartBackoff, "20s")],
        2 => [new(ServiceLabels.Disconnect, "keep"), new(ServiceLabels.DisconnectLostAfter, "40s")],
        3 => [new(ServiceLabels.UpdateDeadline, "15s")],
        _ => default,
    };

    private void ChangeAny()
    {
        var service = AnyService();
        Update(service, spec => _random.Next(4) switch
        {
            0 when spec.Mode is ReplicatedMode => spec with { Mode = new ReplicatedMode(_random.Next(8)) },
            1 => spec with { TaskTemplate = spec.TaskTemplate with { ForceUpdate = ++_force } },
            2 => spec with
            {
                TaskTemplate = spec.TaskTemplate with
                {
                    Placement = _random.Next(2) == 0 ? null : new Placement { Constraints = ["node.labels.zone!=b"] },
                },
            },
            _ when spec.Mode.IsJob => WithImage(spec, AnyOf(SimulatedImages.Job)),
            _ => WithImage(spec, AnyOf(SimulatedImages.All.Except(SimulatedImages.Job).ToArray())) with
            {
                Update = AnyPolicy(),
            },
        });
    }

    private UpdatePolicy AnyPolicy() => new()
    {
        Parallelism = (ulong)_random.Next(4),
        Delay = TimeSpan.FromSeconds(_random.Next(3)),
        FailureAction = (FailureAction)_random.Next(3),
        MaxFailureRatio = _random.Next(2) * 0.3f,
        Monitor = TimeSpan.FromSeconds(_random.Next(1, 6)),
        Order = (UpdateOrder)_random.Next(2),
    };

    private ServiceSpec Repair(ServiceSpec spec, string image)
    {
        var repaired = WithImage(spec, image);
        repaired = repaired with { TaskTemplate = repaired.TaskTemplate with { Placement = null, ForceUpdate = ++_force } };
        return spec.Mode.IsJob ? repaired : repaired with { Update = new UpdatePolicy { Parallelism = 3 } };
    }

    private void Toggle(NodeId node)
    {
        if (_swarm.IsConnected(node))
        {
            _swarm.Disconnect(node);
        }
        else
        {
            _swarm.Connect(node);
        }
    }

    private void Relabel(NodeId id) => ChangeNode(id, spec => spec with
    {
        Labels = spec.Labels.With("zone", _random.Next(2) == 0 ? "a" : "b"),
    });

    private void SetAvailability(NodeId id, NodeAvailability availability) =>
        ChangeNode(id, spec => spec with { Availability = availability });

    private void ChangeNode(NodeId id, Func<NodeSpec, NodeSpec> change)
    {
        var node = _swarm.View.Nodes.Find(id.Value)!;
        _swarm.Try(() => _swarm.Client.Nodes.UpdateAsync(id, node.Version, change(node.Spec)));
    }

    private void Update(Service service, Func<ServiceSpec, ServiceSpec> change) =>
        _swarm.Try(() => _swarm.Client.Services.UpdateAsync(service.Id, change));

    private static ServiceSpec WithImage(ServiceSpec spec, string image) => spec with
    {
        TaskTemplate = spec.TaskTemplate with { Workload = new ContainerSpec { Image = image } },
    };

    private Service AnyService() => _swarm.View.Services.ElementAt(_random.Next(_swarm.View.Services.Count));

    private NodeId AnyNode() => _swarm.Workers.ElementAt(_random.Next(_swarm.Workers.Count()));

    private T AnyOf<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
