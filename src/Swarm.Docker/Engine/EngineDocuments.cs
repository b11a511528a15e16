using System.Text.Json.Serialization;

namespace Swarm.Docker.Engine;

internal sealed record EngineErrorDocument(string? Message);

/// <summary>What <c>/info</c> says, as far as a swarm wants to know.</summary>
internal sealed record EngineInfoDocument
{
    public string Name { get; init; } = "";

    public string Architecture { get; init; } = "";

    [JsonPropertyName("OSType")]
    public string OperatingSystem { get; init; } = "";

    public string ServerVersion { get; init; } = "";

    [JsonPropertyName("NCPU")]
    public int Cpus { get; init; }

    public long MemTotal { get; init; }

    public string[]? Labels { get; init; }

    public EnginePluginsDocument? Plugins { get; init; }

    public GenericResourceDocument[]? GenericResources { get; init; }
}

internal sealed record EnginePluginsDocument
{
    public string[]? Volume { get; init; }

    public string[]? Network { get; init; }

    public string[]? Authorization { get; init; }

    public string[]? Log { get; init; }
}

internal sealed record GenericResourceDocument
{
    public NamedResourceDocument? NamedResourceSpec { get; init; }

    public DiscreteResourceDocument? DiscreteResourceSpec { get; init; }
}

internal sealed record NamedResourceDocument(string Kind, string Value);

internal sealed record DiscreteResourceDocument(string Kind, long Value);

/// <summary>A line of the answer to a pull.</summary>
internal sealed record PullProgressDocument([property: JsonPropertyName("error")] string? Error);

/// <summary>A line of <c>/events</c>.</summary>
internal sealed record EngineEventDocument
{
    public string Action { get; init; } = "";

    public EngineActorDocument? Actor { get; init; }
}

internal sealed record EngineActorDocument
{
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    public Dictionary<string, string>? Attributes { get; init; }
}

internal sealed record EngineNetworkDocument
{
    public string Name { get; init; } = "";

    public string Id { get; init; } = "";

    [JsonPropertyName("IPAM")]
    public NetworkAddressingDocument? Addressing { get; init; }

    public Dictionary<string, string>? Options { get; init; }

    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record NetworkCreateDocument
{
    public required string Name { get; init; }

    public bool CheckDuplicate { get; init; } = true;

    public required string Driver { get; init; }

    public bool Internal { get; init; }

    [JsonPropertyName("EnableIPv6")]
    public bool Ipv6 { get; init; }

    [JsonPropertyName("IPAM")]
    public NetworkAddressingDocument? Addressing { get; init; }

    public Dictionary<string, string>? Options { get; init; }

    public required Dictionary<string, string> Labels { get; init; }
}

internal sealed record NetworkAddressingDocument(NetworkSubnetDocument[]? Config);

internal sealed record NetworkSubnetDocument
{
    public string Subnet { get; init; } = "";

    [JsonPropertyName("IPRange")]
    public string? Range { get; init; }

    public string? Gateway { get; init; }

    [JsonPropertyName("AuxiliaryAddresses")]
    public Dictionary<string, string>? Reserved { get; init; }
}

internal sealed record NetworkConnectDocument(string Container, EndpointDocument EndpointConfig);

/// <summary>Documents of the engine, read and written without reflection; null is what is left out.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(EngineErrorDocument))]
[JsonSerializable(typeof(EngineInfoDocument))]
[JsonSerializable(typeof(PullProgressDocument))]
[JsonSerializable(typeof(EngineEventDocument))]
[JsonSerializable(typeof(EngineNetworkDocument[]))]
[JsonSerializable(typeof(NetworkCreateDocument))]
[JsonSerializable(typeof(NetworkConnectDocument))]
[JsonSerializable(typeof(ContainerDocument))]
[JsonSerializable(typeof(ContainerSummaryDocument[]))]
[JsonSerializable(typeof(ContainerCreateDocument))]
[JsonSerializable(typeof(ContainerCreatedDocument))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(string[][]))]
internal sealed partial class EngineJson : JsonSerializerContext
{
    public static EngineJson Wire { get; } = new(new(System.Text.Json.JsonSerializerDefaults.General)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNameCaseInsensitive = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
