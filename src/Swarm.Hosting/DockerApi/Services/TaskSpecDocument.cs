using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

internal sealed record TaskSpecDocument
{
    public ContainerSpecDocument? ContainerSpec { get; init; }

    public PluginSpecDocument? PluginSpec { get; init; }

    public AttachmentSpecDocument? NetworkAttachmentSpec { get; init; }

    public ResourceRequirementsDocument? Resources { get; init; }

    public RestartPolicyDocument? RestartPolicy { get; init; }

    public PlacementDocument? Placement { get; init; }

    public NetworkTargetDocument[]? Networks { get; init; }

    public DriverDocument? LogDriver { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ulong ForceUpdate { get; init; }

    public string? Runtime { get; init; }
}

internal sealed record PluginSpecDocument
{
    public string? Name { get; init; }

    public string? Remote { get; init; }
}

internal sealed record AttachmentSpecDocument
{
    [JsonPropertyName("ContainerID")]
    public string? ContainerId { get; init; }
}

internal sealed record ResourceRequirementsDocument
{
    public LimitsDocument? Limits { get; init; }

    public ReservationsDocument? Reservations { get; init; }

    public long? SwapBytes { get; init; }

    public long? MemorySwappiness { get; init; }
}

internal sealed record LimitsDocument
{
    [JsonPropertyName("NanoCPUs")]
    public long NanoCpus { get; init; }

    public long MemoryBytes { get; init; }

    public long Pids { get; init; }
}

internal sealed record ReservationsDocument
{
    [JsonPropertyName("NanoCPUs")]
    public long NanoCpus { get; init; }

    public long MemoryBytes { get; init; }

    public GenericResourceDocument[]? GenericResources { get; init; }
}

internal sealed record GenericResourceDocument
{
    public NamedResourceDocument? NamedResourceSpec { get; init; }

    public DiscreteResourceDocument? DiscreteResourceSpec { get; init; }
}

internal sealed record NamedResourceDocument
{
    public string? Kind { get; init; }

    public string? Value { get; init; }
}

internal sealed record DiscreteResourceDocument
{
    public string? Kind { get; init; }

    public long Value { get; init; }
}

internal sealed record RestartPolicyDocument
{
    public string? Condition { get; init; }

    public long? Delay { get; init; }

    public ulong? MaxAttempts { get; init; }

    public long? Window { get; init; }
}

internal sealed record PlacementDocument
{
    public string[]? Constraints { get; init; }

    public PreferenceDocument[]? Preferences { get; init; }

    public ulong MaxReplicas { get; init; }

    public PlatformDocument[]? Platforms { get; init; }
}

internal sealed record PreferenceDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public SpreadDocument? Spread { get; init; }
}

internal sealed record SpreadDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? SpreadDescriptor { get; init; }
}

internal sealed record PlatformDocument
{
    public string? Architecture { get; init; }

    [JsonPropertyName("OS")]
    public string? OperatingSystem { get; init; }
}

internal sealed record NetworkTargetDocument
{
    public string? Target { get; init; }

    public string[]? Aliases { get; init; }

    [JsonPropertyName("DriverOpts")]
    public Dictionary<string, string>? DriverOptions { get; init; }
}

internal sealed record DriverDocument
{
    public string? Name { get; init; }

    public Dictionary<string, string>? Options { get; init; }
}
