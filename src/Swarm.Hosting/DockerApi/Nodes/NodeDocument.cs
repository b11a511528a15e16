using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

internal sealed record NodeDocument
{
    [JsonPropertyName("ID")]
    public required string Id { get; init; }

    public required IndexDocument Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public required NodeSpecDocument Spec { get; init; }

    public required NodeDescriptionDocument Description { get; init; }

    public required NodeStatusDocument Status { get; init; }

    public ManagerStatusDocument? ManagerStatus { get; init; }
}

internal sealed record NodeSpecDocument
{
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Labels { get; init; }

    public string? Role { get; init; }

    public string? Availability { get; init; }
}

internal sealed record NodeDescriptionDocument
{
    public string? Hostname { get; init; }

    public required PlatformDocument Platform { get; init; }

    public required NodeResourcesDocument Resources { get; init; }

    public required NodeEngineDocument Engine { get; init; }

    [JsonPropertyName("TLSInfo")]
    public required TlsInfoDocument TlsInfo { get; init; }
}

internal sealed record NodeResourcesDocument
{
    [JsonPropertyName("NanoCPUs")]
    public long? NanoCpus { get; init; }

    public long? MemoryBytes { get; init; }

    public NodeResourceDocument[]? GenericResources { get; init; }
}

internal sealed record NodeResourceDocument
{
    public NamedResourceSpecDocument? NamedResourceSpec { get; init; }

    public DiscreteResourceSpecDocument? DiscreteResourceSpec { get; init; }
}

internal sealed record NamedResourceSpecDocument(string Kind, string Value);

internal sealed record DiscreteResourceSpecDocument(string Kind, long Value);

internal sealed record NodeEngineDocument
{
    public string? EngineVersion { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public NodePluginDocument[]? Plugins { get; init; }
}

internal sealed record NodePluginDocument(string Type, string Name);

internal sealed record NodeStatusDocument
{
    public required string State { get; init; }

    public string? Message { get; init; }

    public string? Addr { get; init; }
}

internal sealed record ManagerStatusDocument
{
    public bool? Leader { get; init; }

    public required string Reachability { get; init; }

    public required string Addr { get; init; }
}

/// <summary>Documents of nodes, read and written without reflection.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(NodeDocument))]
[JsonSerializable(typeof(NodeSpecDocument))]
internal sealed partial class NodeJson : JsonSerializerContext
{
    public static NodeJson Wire { get; } = new(DockerJson.CreateOptions());
}
