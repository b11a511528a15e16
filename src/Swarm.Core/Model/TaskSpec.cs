namespace Swarm;

/// <summary>What a task runs, on which resources, where, and what happens when it ends.</summary>
public sealed record TaskSpec
{
    /// <summary>The workload; null only in a spec that is not valid yet.</summary>
    public Workload? Workload { get; init; }

    /// <summary>Reservations and limits; null means none.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>What happens when the task ends; null means <see cref="RestartPolicy.Default"/>.</summary>
    public RestartPolicy? Restart { get; init; }

    /// <summary>Where the task may run; null means anywhere.</summary>
    public Placement? Placement { get; init; }

    /// <summary>The log driver; null means the cluster's default, else the executor's.</summary>
    public Driver? LogDriver { get; init; }

    /// <summary>Networks the task is attached to.</summary>
    public ValueList<NetworkAttachmentSpec> Networks { get; init; }

    /// <summary>A counter; raising it replaces every task although nothing else changed.</summary>
    public ulong ForceUpdate { get; init; }

    /// <summary>Objects that the task needs besides secrets and configs.</summary>
    public ValueList<ResourceReference> ResourceReferences { get; init; }
}
