using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

internal sealed record ServiceSpecDocument
{
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Labels { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public TaskSpecDocument? TaskTemplate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ServiceModeDocument? Mode { get; init; }

    public UpdateConfigDocument? UpdateConfig { get; init; }

    public UpdateConfigDocument? RollbackConfig { get; init; }

    public NetworkTargetDocument[]? Networks { get; init; }

    public EndpointSpecDocument? EndpointSpec { get; init; }
}

internal sealed record ServiceModeDocument
{
    public ReplicatedDocument? Replicated { get; init; }

    public EmptyDocument? Global { get; init; }

    public ReplicatedJobDocument? ReplicatedJob { get; init; }

    public EmptyDocument? GlobalJob { get; init; }
}

internal sealed record EmptyDocument
{
    public static readonly EmptyDocument Instance = new();
}

internal sealed record ReplicatedDocument
{
    public ulong? Replicas { get; init; }
}

internal sealed record ReplicatedJobDocument
{
    public ulong? MaxConcurrent { get; init; }

    public ulong? TotalCompletions { get; init; }
}

internal sealed record UpdateConfigDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ulong Parallelism { get; init; }

    public long Delay { get; init; }

    public string? FailureAction { get; init; }

    public long Monitor { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public float MaxFailureRatio { get; init; }

    public string? Order { get; init; }
}

internal sealed record EndpointSpecDocument
{
    public string? Mode { get; init; }

    public PortDocument[]? Ports { get; init; }
}

internal sealed record PortDocument
{
    public string? Name { get; init; }

    public string? Protocol { get; init; }

    public uint TargetPort { get; init; }

    public uint PublishedPort { get; init; }

    public string? PublishMode { get; init; }
}
