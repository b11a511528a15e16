using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>A secret or config.</summary>
internal sealed record FileDocument
{
    [JsonPropertyName("ID")]
    public required string Id { get; init; }

    public required IndexDocument Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public required FileSpecDocument Spec { get; init; }
}

/// <summary>Its spec; answers about a secret have no data.</summary>
internal sealed record FileSpecDocument
{
    public string? Name { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    [JsonConverter(typeof(GoBytesConverter))]
    public byte[]? Data { get; init; }

    public DriverDocument? Driver { get; init; }

    public DriverDocument? Templating { get; init; }

    /// <summary>The name only: this record passes through code that might describe it.</summary>
    public override string ToString() => $"FileSpecDocument {{ Name = {Name} }}";
}

/// <summary>What creating and rotating answers.</summary>
internal sealed record FileCreatedDocument([property: JsonPropertyName("ID")] string Id);

/// <summary>New content; the engine has no such request.</summary>
internal sealed record FileRotationDocument
{
    [JsonConverter(typeof(GoBytesConverter))]
    public byte[]? Data { get; init; }

    /// <summary>Nothing of the data.</summary>
    public override string ToString() => nameof(FileRotationDocument);
}

/// <summary>Documents of secrets and configs, read and written without reflection.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FileDocument))]
[JsonSerializable(typeof(FileSpecDocument))]
[JsonSerializable(typeof(FileCreatedDocument))]
[JsonSerializable(typeof(FileRotationDocument))]
internal sealed partial class FileJson : JsonSerializerContext
{
    public static FileJson Wire { get; } = new(DockerJson.CreateOptions());
}
