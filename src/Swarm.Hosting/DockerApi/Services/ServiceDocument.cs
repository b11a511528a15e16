using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

internal sealed record ServiceDocument
{
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IndexDocument? Version { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public ServiceSpecDocument? Spec { get; init; }

    public ServiceSpecDocument? PreviousSpec { get; init; }

    public EndpointDocument? Endpoint { get; init; }

    public UpdateStatusDocument? UpdateStatus { get; init; }

    public ServiceStatusDocument? ServiceStatus { get; init; }

    public JobStatusDocument? JobStatus { get; init; }
}

internal sealed record IndexDocument(ulong Index);

internal sealed record EndpointDocument
{
    public EndpointSpecDocument? Spec { get; init; }

    public PortDocument[]? Ports { get; init; }

    [JsonPropertyName("VirtualIPs")]
    public VirtualAddressDocument[]? VirtualAddresses { get; init; }
}

internal sealed record VirtualAddressDocument
{
    [JsonPropertyName("NetworkID")]
    public string? NetworkId { get; init; }

    [JsonPropertyName("Addr")]
    public string? Address { get; init; }
}

internal sealed record UpdateStatusDocument
{
    public string? State { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public string? Message { get; init; }
}

internal sealed record ServiceStatusDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long RunningTasks { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long DesiredTasks { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long CompletedTasks { get; init; }
}

internal sealed record JobStatusDocument
{
    public IndexDocument? JobIteration { get; init; }

    public DateTimeOffset? LastExecution { get; init; }
}

internal sealed record ServiceCreatedDocument
{
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    public string[]? Warnings { get; init; }
}

internal sealed record ServiceUpdatedDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string[]? Warnings { get; init; }
}
