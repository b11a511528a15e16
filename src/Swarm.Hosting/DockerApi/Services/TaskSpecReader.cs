namespace Swarm.Hosting.DockerApi;

internal static class TaskSpecReader
{
    public static TaskSpec Read(TaskSpecDocument document) => new()
    {
        Workload = ReadWorkload(document),
        Resources = ReadResources(document.Resources),
        Restart = ReadRestart(document.RestartPolicy),
        Placement = ReadPlacement(document.Placement),
        LogDriver = ReadDriver(document.LogDriver),
        Networks = document.Networks.ToValues(ReadNetwork),
        ForceUpdate = document.ForceUpdate,
    };

    public static Driver? ReadDriver(DriverDocument? driver) =>
        driver is null ? null : new Driver(driver.Name ?? "", driver.Options.ToValues());

    public static NetworkAttachmentSpec ReadNetwork(NetworkTargetDocument network) => new()
    {
        Target = network.Target ?? "",
        Aliases = network.Aliases.ToValues(),
        DriverOptions = network.DriverOptions.ToValues(),
    };

    private static ContainerSpec ReadWorkload(TaskSpecDocument document) => document.Runtime switch
    {
        null or "" or "container" => document.ContainerSpec is { } container
            ? ContainerSpecReader.Read(container)
            : throw DockerApiException.BadRequest("mismatched Runtime and *Spec fields"),
        "plugin" => throw DockerApiException.NotImplemented(
            "runtime type \"plugin\" only supported in experimental"),
        _ => throw DockerApiException.BadRequest("unsupported runtime"),
    };

    private static ResourceRequirements? ReadResources(ResourceRequirementsDocument? resources) => resources is null
        ? null
        : new ResourceRequirements
        {
            Limits = resources.Limits is not { } limits
                ? null
                : new ResourceLimits
                {
                    NanoCpus = limits.NanoCpus,
                    MemoryBytes = limits.MemoryBytes,
                    Pids = limits.Pids,
                },
            Reservations = resources.Reservations is not { } reservations
                ? null
                : new NodeResources
                {
                    NanoCpus = reservations.NanoCpus,
                    MemoryBytes = reservations.MemoryBytes,
                    Generic = reservations.GenericResources.ToValues(ReadGeneric),
                },
            SwapBytes = resources.SwapBytes,
            MemorySwappiness = resources.MemorySwappiness,
        };

    private static GenericResource ReadGeneric(GenericResourceDocument resource) => resource switch
    {
        { NamedResourceSpec: { } named } => new NamedResource(named.Kind ?? "", named.Value ?? ""),
        { DiscreteResourceSpec: { } discrete } => new DiscreteResource(discrete.Kind ?? "", discrete.Value),
        _ => throw DockerApiException.BadRequest(
            "invalid generic resource: NamedResourceSpec or DiscreteResourceSpec is required"),
    };

    private static RestartPolicy? ReadRestart(RestartPolicyDocument? restart) => restart is null
        ? null
        : new RestartPolicy
        {
            Condition = EnumText.ReadRestartCondition(restart.Condition),
            Delay = restart.Delay?.ToDuration(),
            MaxAttempts = restart.MaxAttempts ?? 0,
            Window = restart.Window?.ToDuration(),
        };

    private static Placement? ReadPlacement(PlacementDocument? placement) => placement is null
        ? null
        : new Placement
        {
            Constraints = placement.Constraints.ToValues(),
            Preferences = (placement.Preferences ?? [])
                .Select(p => p?.Spread)
                .OfType<SpreadDocument>()
                .Select(s => new PlacementPreference(s.SpreadDescriptor ?? ""))
                .ToValueList(),
            MaxReplicas = placement.MaxReplicas,
            Platforms = placement.Platforms.ToValues(p => new Platform(p.Architecture ?? "", p.OperatingSystem ?? "")),
        };
}
