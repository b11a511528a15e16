using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

internal sealed record TaskDocument
{
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    public IndexDocument? Version { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public string? Name { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public TaskSpecDocument? Spec { get; init; }

    [JsonPropertyName("ServiceID")]
    public string? ServiceId { get; init; }

    public int Slot { get; init; }

    [JsonPropertyName("NodeID")]
    public string? NodeId { get; init; }

    public TaskStatusDocument? Status { get; init; }

    public string? DesiredState { get; init; }

    public NetworkAttachmentDocument[]? NetworksAttachments { get; init; }

    public GenericResourceDocument[]? GenericResources { get; init; }

    public IndexDocument? JobIteration { get; init; }
}

internal sealed record TaskStatusDocument
{
    public DateTimeOffset? Timestamp { get; init; }

    public string? State { get; init; }

    public string? Message { get; init; }

    [JsonPropertyName("Err")]
    public string? Error { get; init; }

    public ContainerStatusDocument? ContainerStatus { get; init; }

    public PortStatusDocument? PortStatus { get; init; }
}

internal sealed record ContainerStatusDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonPropertyName("ContainerID")]
    public string? ContainerId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonPropertyName("PID")]
    public int Pid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int ExitCode { get; init; }
}

internal sealed record PortStatusDocument
{
    public PortDocument[]? Ports { get; init; }
}

internal sealed record NetworkAttachmentDocument
{
    public AttachedNetworkDocument? Network { get; init; }

    public string[]? Addresses { get; init; }
}

internal sealed record AttachedNetworkDocument
{
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    public IndexDocument? Version { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public AttachedNetworkSpecDocument? Spec { get; init; }

    public DriverDocument? DriverState { get; init; }

    [JsonPropertyName("IPAMOptions")]
    public AddressingDocument? Addressing { get; init; }
}

internal sealed record AttachedNetworkSpecDocument
{
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Labels { get; init; }

    public DriverDocument? DriverConfiguration { get; init; }

    [JsonPropertyName("IPv6Enabled")]
    public bool Ipv6 { get; init; }

    public bool Internal { get; init; }

    public bool Attachable { get; init; }

    public bool Ingress { get; init; }

    [JsonPropertyName("IPAMOptions")]
    public AddressingDocument? Addressing { get; init; }

    public NetworkReferenceDocument? ConfigFrom { get; init; }

    public string? Scope { get; init; }
}

internal sealed record NetworkReferenceDocument(string Network);

internal sealed record AddressingDocument
{
    public DriverDocument? Driver { get; init; }

    public SubnetDocument[]? Configs { get; init; }
}

internal sealed record SubnetDocument
{
    public string? Subnet { get; init; }

    public string? Range { get; init; }

    public string? Gateway { get; init; }
}
