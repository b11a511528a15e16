using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>GET /version</c>.</summary>
internal sealed record VersionDocument
{
    public required PlatformNameDocument Platform { get; init; }

    public required ComponentDocument[] Components { get; init; }

    public required string Version { get; init; }

    public required string ApiVersion { get; init; }

    [JsonPropertyName("MinAPIVersion")]
    public required string MinApiVersion { get; init; }

    public required string GitCommit { get; init; }

    /// <summary>The runtime; the CLI shows it under Go's name.</summary>
    public required string GoVersion { get; init; }

    public required string Os { get; init; }

    public required string Arch { get; init; }

    public required string KernelVersion { get; init; }

    public required string BuildTime { get; init; }
}

internal sealed record PlatformNameDocument(string Name);

internal sealed record ComponentDocument(string Name, string Version, Dictionary<string, string> Details);

internal sealed record VolumeListDocument
{
    public string[] Volumes { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string[]? Warnings { get; init; }
}

internal sealed record DiskUsageDocument
{
    public long LayersSize { get; init; }

    public string[] Images { get; init; } = [];

    public string[] Containers { get; init; } = [];

    public string[] Volumes { get; init; } = [];

    public string[] BuildCache { get; init; } = [];
}

/// <summary>What a registry says of an image; as it is here, that there is none of it in a registry.</summary>
internal sealed record DistributionDocument
{
    public DescriptorDocument Descriptor { get; init; } = new("", "", 0);

    public string[] Platforms { get; init; } = [];
}

internal sealed record DescriptorDocument(
    [property: JsonPropertyName("mediaType")] string MediaType,
    [property: JsonPropertyName("digest")] string Digest,
    [property: JsonPropertyName("size")] long Size);

/// <summary>Documents of the engine, written without reflection.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(InfoDocument))]
[JsonSerializable(typeof(VersionDocument))]
[JsonSerializable(typeof(VolumeListDocument))]
[JsonSerializable(typeof(DiskUsageDocument))]
[JsonSerializable(typeof(DistributionDocument))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class SystemJson : JsonSerializerContext
{
    public static SystemJson Wire { get; } = new(DockerJson.CreateOptions());
}
