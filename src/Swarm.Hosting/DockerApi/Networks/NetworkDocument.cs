using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>A network.</summary>
internal sealed record NetworkDocument
{
    public required string Name { get; init; }

    public required string Id { get; init; }

    public DateTimeOffset Created { get; init; }

    public required string Scope { get; init; }

    public required string Driver { get; init; }

    [JsonPropertyName("EnableIPv6")]
    public bool Ipv6 { get; init; }

    [JsonPropertyName("IPAM")]
    public required NetworkAddressingDocument Addressing { get; init; }

    public bool Internal { get; init; }

    public bool Attachable { get; init; }

    public bool Ingress { get; init; }

    public required NetworkReferenceDocument ConfigFrom { get; init; }

    public bool ConfigOnly { get; init; }

    /// <summary>Containers of this engine on the network: processes have no place on it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Containers { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Options { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>Only when asked for.</summary>
    public SortedDictionary<string, NetworkServiceDocument>? Services { get; init; }

    /// <summary>Only when asked for.</summary>
    public NetworkStatusDocument? Status { get; init; }

    /// <summary>Ours: subnets that run full; left out while there is room.</summary>
    public string[]? Warnings { get; init; }
}

/// <summary>How full a network is.</summary>
internal sealed record NetworkStatusDocument([property: JsonPropertyName("IPAM")] SubnetsUsageDocument Addressing);

internal sealed record SubnetsUsageDocument(SortedDictionary<string, SubnetUsageDocument> Subnets);

internal sealed record SubnetUsageDocument(
    [property: JsonPropertyName("IPsInUse")] ulong Used,
    [property: JsonPropertyName("DynamicIPsAvailable")] ulong Available);

internal sealed record NetworkAddressingDocument
{
    public string? Driver { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Options { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public NetworkSubnetDocument[]? Config { get; init; }
}

internal sealed record NetworkSubnetDocument
{
    public string? Subnet { get; init; }

    [JsonPropertyName("IPRange")]
    public string? Range { get; init; }

    public string? Gateway { get; init; }

    [JsonPropertyName("AuxiliaryAddresses")]
    public Dictionary<string, string>? Reserved { get; init; }
}

/// <summary>A service on a network.</summary>
internal sealed record NetworkServiceDocument
{
    [JsonPropertyName("VIP")]
    public required string VirtualAddress { get; init; }

    public required string[] Ports { get; init; }

    [JsonPropertyName("LocalLBIndex")]
    public int LocalBalancer { get; init; }

    public required NetworkTaskDocument[] Tasks { get; init; }
}

internal sealed record NetworkTaskDocument
{
    public required string Name { get; init; }

    [JsonPropertyName("EndpointID")]
    public required string EndpointId { get; init; }

    [JsonPropertyName("EndpointIP")]
    public required string Address { get; init; }

    public required Dictionary<string, string> Info { get; init; }
}

/// <summary>A request for a network.</summary>
internal sealed record NetworkCreateDocument
{
    public string? Name { get; init; }

    public string? Driver { get; init; }

    public string? Scope { get; init; }

    [JsonPropertyName("EnableIPv6")]
    public bool? Ipv6 { get; init; }

    [JsonPropertyName("EnableIPv4")]
    public bool? Ipv4 { get; init; }

    [JsonPropertyName("IPAM")]
    public NetworkAddressingDocument? Addressing { get; init; }

    public bool Internal { get; init; }

    public bool Attachable { get; init; }

    public bool Ingress { get; init; }

    public bool ConfigOnly { get; init; }

    public NetworkReferenceDocument? ConfigFrom { get; init; }

    public Dictionary<string, string>? Options { get; init; }

    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record NetworkCreatedDocument(string Id, string Warning);

internal sealed record NetworksDeletedDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string[]? NetworksDeleted { get; init; }
}

/// <summary>Documents of networks, read and written without reflection.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(NetworkDocument))]
[JsonSerializable(typeof(NetworkCreateDocument))]
[JsonSerializable(typeof(NetworkCreatedDocument))]
[JsonSerializable(typeof(NetworksDeletedDocument))]
internal sealed partial class NetworkJson : JsonSerializerContext
{
    public static NetworkJson Wire { get; } = new(DockerJson.CreateOptions());
}
