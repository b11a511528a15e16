namespace Swarm.Compose.Conversion;

/// <summary>
/// A service as the Docker API takes it. Words that only a manager may judge (failure actions, conditions, protocols)
/// are
/// kept as they were written.
/// </summary>
internal sealed record ServiceDocument
{
    public required string Name { get; init; }

    public required SortedDictionary<string, string> Labels { get; init; }

    public required TaskDocument TaskTemplate { get; init; }

    public required ModeDocument Mode { get; init; }

    public RolloutDocument? UpdateConfig { get; init; }

    public RolloutDocument? RollbackConfig { get; init; }

    public required EndpointDocument EndpointSpec { get; init; }
}

internal sealed record TaskDocument
{
    public required ContainerDocument ContainerSpec { get; init; }

    public required ResourcesDocument Resources { get; init; }

    public RestartDocument? RestartPolicy { get; init; }

    public required PlacementDocument Placement { get; init; }

    public required List<AttachmentDocument> Networks { get; init; }

    public DriverDocument? LogDriver { get; init; }

    public ulong ForceUpdate { get; init; }
}

/// <summary>One member is set.</summary>
internal sealed record ModeDocument
{
    public ReplicatedDocument? Replicated { get; init; }

    public EmptyDocument? Global { get; init; }

    public ReplicatedJobDocument? ReplicatedJob { get; init; }

    public EmptyDocument? GlobalJob { get; init; }
}

internal sealed record ReplicatedDocument(ulong? Replicas);

internal sealed record ReplicatedJobDocument(ulong? MaxConcurrent, ulong? TotalCompletions);

/// <summary>Something whose presence is all it says.</summary>
internal sealed record EmptyDocument;

/// <summary>Durations are nanoseconds.</summary>
internal sealed record RolloutDocument(
    ulong Parallelism, long Delay, string FailureAction, long Monitor, float MaxFailureRatio, string Order);

internal sealed record EndpointDocument(string? Mode, List<PortDocument> Ports);

internal sealed record PortDocument(string Protocol, ulong TargetPort, ulong PublishedPort, string PublishMode);

internal sealed record ResourcesDocument(LimitsDocument? Limits, ReservationsDocument? Reservations);

internal sealed record LimitsDocument(
    [property: System.Text.Json.Serialization.JsonPropertyName("NanoCPUs")] long NanoCpus, long MemoryBytes, long Pids);

internal sealed record ReservationsDocument(
    [property: System.Text.Json.Serialization.JsonPropertyName("NanoCPUs")] long NanoCpus,
    long MemoryBytes,
    List<GenericResourceDocument> GenericResources);

internal sealed record GenericResourceDocument(DiscreteResourceDocument? DiscreteResourceSpec);

internal sealed record DiscreteResourceDocument(string Kind, long Value);

internal sealed record RestartDocument(string Condition, long? Delay, ulong? MaxAttempts, long? Window);

internal sealed record PlacementDocument(
    List<string> Constraints, List<PreferenceDocument> Preferences, ulong MaxReplicas,
        List<PlatformDocument>? Platforms = null);

internal sealed record PreferenceDocument(SpreadDocument Spread);

internal sealed record SpreadDocument(string SpreadDescriptor);

internal sealed record PlatformDocument(
    string Architecture, [property: System.Text.Json.Serialization.JsonPropertyName("OS")] string OperatingSystem);

internal sealed record AttachmentDocument(
    string Target, List<string> Aliases, SortedDictionary<string, string>? DriverOpts);

internal sealed record DriverDocument(string Name, SortedDictionary<string, string>? Options);
