namespace Swarm.Testing.Tests.Simulated;

/// <summary>Services as users ask for them, and how they change their minds.</summary>
internal sealed class RandomSpecs(Random random)
{
    private ulong _force;
    private int _names;

    public ServiceSpec Next()
    {
        ServiceMode mode = random.Next(6) switch
        {
            0 => new GlobalMode(),
            1 => new ReplicatedJobMode(random.Next(1, 4), random.Next(1, 9)),
            2 => new GlobalJobMode(),
            _ => new ReplicatedMode(random.Next(7)),
        };
        return Of($"s{++_names}", mode);
    }

    /// <summary>A service whose updates are watched: healthy images, one order, no policies of ours.</summary>
    public ServiceSpec Updated(UpdateOrder order) => Of("web", new ReplicatedMode(random.Next(1, 7))) with
    {
        Labels = default,
        Update = AnyPolicy() with { Order = order },
        Rollback = AnyPolicy() with { Order = order },
    };

    public ServiceSpec WithPolicy(ServiceSpec spec, UpdateOrder order)
    {
        var policy = AnyPolicy() with { Order = order };
        return spec with { Update = policy, Rollback = policy };
    }

    public ServiceSpec Change(ServiceSpec spec) => random.Next(4) switch
    {
        0 when spec.Mode is ReplicatedMode => spec with { Mode = new ReplicatedMode(random.Next(8)) },
        1 => spec with { TaskTemplate = spec.TaskTemplate with { ForceUpdate = ++_force } },
        2 => spec with
        {
            TaskTemplate = spec.TaskTemplate with
            {
                Placement = random.Next(2) == 0 ? null : new Placement { Constraints = ["node.labels.zone!=b"] },
            },
        },
        _ when spec.Mode.IsJob => WithImage(spec, AnyOf(Images.Job)),
        _ => WithImage(spec, AnyOf([.. Images.All.Except(Images.Job)])) with { Update = AnyPolicy() },
    };

    public ServiceSpec Repair(ServiceSpec spec)
    {
        var repaired = WithImage(spec, spec.Mode.IsJob ? "job:1" : "good:1");
        repaired = repaired with
        {
            TaskTemplate = repaired.TaskTemplate with { Placement = null, ForceUpdate = ++_force },
        };
        return spec.Mode.IsJob ? repaired : repaired with { Update = new UpdatePolicy { Parallelism = 3 } };
    }

    public static ServiceSpec WithImage(ServiceSpec spec, string image) => spec with
    {
        TaskTemplate = spec.TaskTemplate with { Workload = new ContainerSpec { Image = image } },
    };

    public T AnyOf<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    private ServiceSpec Of(string name, ServiceMode mode)
    {
        var spec = new ServiceSpec
        {
            Name = name,
            Mode = mode,
            Labels = AnyLabels(),
            TaskTemplate = new TaskSpec
            {
                Workload = new ContainerSpec { Image = mode.IsJob ? "job:1" : "good:1" },
                Restart = new RestartPolicy { Delay = TimeSpan.FromSeconds(random.Next(4)) },
                Resources = new ResourceRequirements
                {
                    Reservations = new NodeResources { NanoCpus = random.Next(3) * 100_000_000L },
                },
            },
        };
        return mode.IsJob ? spec : spec with { Update = AnyPolicy(), Rollback = AnyPolicy() };
    }

    private ValueDictionary<string> AnyLabels() => random.Next(5) switch
    {
        0 => [new(ServiceLabels.Rebalance, "2")],
        1 => [new(ServiceLabels.RestartBackoff, "20s")],
        2 => [new(ServiceLabels.Disconnect, "keep"), new(ServiceLabels.DisconnectLostAfter, "40s")],
        3 => [new(ServiceLabels.UpdateDeadline, "15s")],
        _ => default,
    };

    private UpdatePolicy AnyPolicy() => new()
    {
        Parallelism = (ulong)random.Next(4),
        Delay = TimeSpan.FromSeconds(random.Next(3)),
        FailureAction = (FailureAction)random.Next(3),
        MaxFailureRatio = random.Next(2) * 0.3f,
        Monitor = TimeSpan.FromSeconds(random.Next(1, 6)),
        Order = (UpdateOrder)random.Next(2),
    };
}
