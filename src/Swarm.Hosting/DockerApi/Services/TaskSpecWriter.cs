namespace Swarm.Hosting.DockerApi;

internal static class TaskSpecWriter
{
    /// <summary>The document without <c>Runtime</c>, as tasks show it.</summary>
    public static TaskSpecDocument Write(TaskSpec spec) => new()
    {
        ContainerSpec = spec.Workload is ContainerSpec container ? ContainerSpecWriter.Write(container) : null,
        NetworkAttachmentSpec = spec.Workload is AttachmentSpec attachment
            ? new() { ContainerId = attachment.ContainerId }
            : null,
        Resources = spec.Resources is null ? null : WriteResources(spec.Resources),
        RestartPolicy = spec.Restart is null ? null : WriteRestart(spec.Restart),
        Placement = spec.Placement is null ? null : WritePlacement(spec.Placement),
        Networks = spec.Networks.OrNull(WriteNetwork),
        LogDriver = WriteDriver(spec.LogDriver),
        ForceUpdate = spec.ForceUpdate,
    };

    public static DriverDocument? WriteDriver(Driver? driver) =>
        driver is null ? null : new() { Name = driver.Name.OrNull(), Options = driver.Options.OrNull() };

    public static NetworkTargetDocument WriteNetwork(NetworkAttachmentSpec network) => new()
    {
        Target = network.Target.OrNull(),
        Aliases = network.Aliases.OrNull(),
        DriverOptions = network.DriverOptions.OrNull(),
    };

    public static GenericResourceDocument WriteGeneric(GenericResource resource) => resource switch
    {
        NamedResource named => new()
        {
            NamedResourceSpec = new() { Kind = named.ResourceKind.OrNull(), Value = named.Value.OrNull() },
        },
        DiscreteResource discrete => new()
        {
            DiscreteResourceSpec = new() { Kind = discrete.ResourceKind.OrNull(), Value = discrete.Amount },
        },
        _ => new(),
    };

    private static ResourceRequirementsDocument WriteResources(ResourceRequirements resources) => new()
    {
        Limits = resources.Limits is not { } limits
            ? null
            : new() { NanoCpus = limits.NanoCpus, MemoryBytes = limits.MemoryBytes, Pids = limits.Pids },
        Reservations = resources.Reservations is not { } reservations
            ? null
            : new()
            {
                NanoCpus = reservations.NanoCpus,
                MemoryBytes = reservations.MemoryBytes,
                GenericResources = reservations.Generic.OrNull(WriteGeneric),
            },
        SwapBytes = resources.SwapBytes,
        MemorySwappiness = resources.MemorySwappiness,
    };

    private static RestartPolicyDocument WriteRestart(RestartPolicy restart) => new()
    {
        Condition = EnumText.Write(restart.Condition),
        Delay = restart.Delay?.ToNanoseconds(),
        MaxAttempts = restart.MaxAttempts,
        Window = restart.Window?.ToNanoseconds(),
    };

    private static PlacementDocument WritePlacement(Placement placement) => new()
    {
        Constraints = placement.Constraints.OrNull(),
        Preferences = placement.Preferences.OrNull(p => new PreferenceDocument
        {
            Spread = new() { SpreadDescriptor = p.SpreadDescriptor },
        }),
        MaxReplicas = placement.MaxReplicas,
        Platforms = placement.Platforms.OrNull(p => new PlatformDocument
        {
            Architecture = p.Architecture.OrNull(),
            OperatingSystem = p.OperatingSystem.OrNull(),
        }),
    };
}
