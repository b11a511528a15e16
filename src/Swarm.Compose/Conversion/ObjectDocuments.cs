using System.Text.Json.Serialization;

namespace Swarm.Compose.Conversion;

/// <summary>A network as the Docker API takes it.</summary>
internal sealed record NetworkDocument
{
    public required string Name { get; init; }

    public required SortedDictionary<string, string> Labels { get; init; }

    public string Driver { get; init; } = "";

    public SortedDictionary<string, string>? Options { get; init; }

    public bool Internal { get; init; }

    public bool Attachable { get; init; }

    [JsonPropertyName("IPAM")]
    public IpamDocument? Ipam { get; init; }
}

internal sealed record IpamDocument(string Driver, List<SubnetDocument> Config);

internal sealed record SubnetDocument(string Subnet);

/// <summary>A secret or config as the Docker API takes it.</summary>
internal sealed record FileObjectDocument
{
    public required string Name { get; init; }

    public required SortedDictionary<string, string> Labels { get; init; }

    public required byte[] Data { get; init; }

    public DriverDocument? Driver { get; init; }

    public DriverDocument? Templating { get; init; }
}

/// <summary>Writes documents for the Docker API.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(NetworkDocument))]
[JsonSerializable(typeof(FileObjectDocument))]
internal sealed partial class StackDocuments : JsonSerializerContext;
