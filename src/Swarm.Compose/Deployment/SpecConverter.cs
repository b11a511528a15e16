using Swarm.Compose.Conversion;
using Swarm.Compose.Shapes;

namespace Swarm.Compose.Deployment;

/// <summary>Documents of the Docker API as records of the swarm; words that mean nothing to it are refused.</summary>
internal static class SpecConverter
{
    public static SecretSpec Secret(FileObjectDocument document) => new()
    {
        Name = document.Name,
        Labels = Map(document.Labels),
        Data = [.. document.Data],
        Driver = Driver(document.Driver),
        Templating = Driver(document.Templating),
    };

    public static ConfigSpec Config(FileObjectDocument document) => new()
    {
        Name = document.Name,
        Labels = Map(document.Labels),
        Data = [.. document.Data],
        Templating = Driver(document.Templating),
    };

    /// <exception cref="StackFileException">A word or number is not possible; the mark is that of the service's key.</exception>
    public static ServiceSpec Service(ServiceDocument document, StackRecord source)
    {
        var words = new SpecWords(source);
        var task = document.TaskTemplate;
        return new()
        {
            Name = document.Name,
            Labels = Map(document.Labels),
            Mode = Mode(document.Mode, words),
            TaskTemplate = new()
            {
                Workload = ContainerConverter.Convert(task.ContainerSpec, words),
                Resources = Resources(task.Resources),
                Restart = Restart(task.RestartPolicy, words),
                Placement = Placement(task.Placement),
                LogDriver = Driver(task.LogDriver),
                Networks = task.Networks.Select(Network).ToValueList(),
            },
            Update = Rollout(document.UpdateConfig, "update_config", words),
            Rollback = Rollout(document.RollbackConfig, "rollback_config", words),
            Endpoint = new()
            {
                Mode = words.ResolutionMode(document.EndpointSpec.Mode),
                Ports = document.EndpointSpec.Ports.Select(port => Port(port, words)).ToValueList(),
            },
        };
    }

    internal static Driver? Driver(DriverDocument? document) =>
        document is null ? null : new(document.Name, Map(document.Options));

    internal static ValueDictionary<string> Map(SortedDictionary<string, string>? map) =>
        (map ?? []).ToValueDictionary();

    internal static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    private static ServiceMode Mode(ModeDocument mode, SpecWords words) => mode switch
    {
        { Global: not null } => new GlobalMode(),
        { GlobalJob: not null } => new GlobalJobMode(),
        { ReplicatedJob: { } job } => new ReplicatedJobMode(
            words.Count(job.MaxConcurrent ?? 1), words.Count(job.TotalCompletions ?? 1)),
        _ => new ReplicatedMode(words.Count(mode.Replicated?.Replicas ?? 1)),
    };

    private static ResourceRequirements Resources(ResourcesDocument resources) => new()
    {
        Limits = resources.Limits is { } limits
            ? new() { NanoCpus = limits.NanoCpus, MemoryBytes = limits.MemoryBytes, Pids = limits.Pids }
            : null,
        Reservations = resources.Reservations is { } reservations
            ? new()
            {
                NanoCpus = reservations.NanoCpus,
                MemoryBytes = reservations.MemoryBytes,
                Generic = reservations.GenericResources
                    .Select(resource => resource.DiscreteResourceSpec)
                    .OfType<DiscreteResourceDocument>()
                    .Select(GenericResource (discrete) => new DiscreteResource(discrete.Kind, discrete.Value))
                    .ToValueList(),
            }
            : null,
    };

    private static RestartPolicy? Restart(RestartDocument? policy, SpecWords words) => policy is null ? null : new()
    {
        Condition = words.RestartCondition(policy.Condition),
        Delay = policy.Delay is { } delay ? Time(delay) : null,
        MaxAttempts = policy.MaxAttempts ?? 0,
        Window = policy.Window is { } window ? Time(window) : null,
    };

    private static Placement Placement(PlacementDocument placement) => new()
    {
        Constraints = [.. placement.Constraints],
        Preferences = placement.Preferences
            .Select(preference => new PlacementPreference(preference.Spread.SpreadDescriptor))
            .ToValueList(),
        MaxReplicas = placement.MaxReplicas,
    };

    private static UpdatePolicy? Rollout(RolloutDocument? rollout, string section, SpecWords words) =>
        rollout is null ? null : new()
        {
            Parallelism = rollout.Parallelism,
            Delay = Time(rollout.Delay),
            FailureAction = words.FailureAction(rollout.FailureAction, section),
            Monitor = rollout.Monitor == 0 ? null : Time(rollout.Monitor),
            MaxFailureRatio = rollout.MaxFailureRatio,
            Order = rollout.Order == "start-first" ? UpdateOrder.StartFirst : UpdateOrder.StopFirst,
        };

    private static PortPublication Port(PortDocument port, SpecWords words) => new(
        words.Port(port.TargetPort),
        words.Port(port.PublishedPort),
        words.Protocol(port.Protocol),
        words.PublishMode(port.PublishMode));

    private static NetworkAttachmentSpec Network(AttachmentDocument attachment) => new()
    {
        Target = attachment.Target,
        Aliases = [.. attachment.Aliases],
        DriverOptions = Map(attachment.DriverOpts),
    };
}
