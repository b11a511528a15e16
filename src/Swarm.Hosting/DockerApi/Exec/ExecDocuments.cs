using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>Body of <c>POST /containers/{id}/exec</c>.</summary>
internal sealed record ExecCreateDocument
{
    public string? User { get; init; }

    public bool Privileged { get; init; }

    public bool Tty { get; init; }

    /// <summary>Height and width.</summary>
    public int[]? ConsoleSize { get; init; }

    public bool AttachStdin { get; init; }

    public bool AttachStderr { get; init; }

    public bool AttachStdout { get; init; }

    public string[]? Env { get; init; }

    public string? WorkingDir { get; init; }

    public string[]? Cmd { get; init; }
}

/// <summary>Body of <c>POST /exec/{id}/start</c>.</summary>
internal sealed record ExecStartDocument
{
    public bool Detach { get; init; }

    /// <summary>Height and width.</summary>
    public int[]? ConsoleSize { get; init; }
}

/// <summary>Answer of <c>POST /containers/{id}/exec</c>.</summary>
internal sealed record ExecIdDocument([property: JsonPropertyName("Id")] string Id);

/// <summary>Answer of <c>GET /exec/{id}/json</c>.</summary>
internal sealed record ExecInspectDocument
{
    [JsonPropertyName("ID")]
    public required string Id { get; init; }

    public bool Running { get; init; }

    /// <summary>Null as long as it runs.</summary>
    public int? ExitCode { get; init; }

    public required ExecProcessDocument ProcessConfig { get; init; }

    public bool OpenStdin { get; init; }

    public bool OpenStderr { get; init; }

    public bool OpenStdout { get; init; }

    public bool CanRemove { get; init; }

    [JsonPropertyName("ContainerID")]
    public required string ContainerId { get; init; }

    public string DetachKeys { get; init; } = "";

    public int Pid { get; init; }
}

internal sealed record ExecProcessDocument(
    [property: JsonPropertyName("tty")] bool Tty,
    [property: JsonPropertyName("entrypoint")] string EntryPoint,
    [property: JsonPropertyName("arguments")] string[] Arguments,
    [property: JsonPropertyName("privileged")] bool Privileged,
    [property: JsonPropertyName("user")] string User);

/// <summary>Documents of commands beside containers.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ExecCreateDocument))]
[JsonSerializable(typeof(ExecStartDocument))]
[JsonSerializable(typeof(ExecIdDocument))]
[JsonSerializable(typeof(ExecInspectDocument))]
internal sealed partial class ExecJson : JsonSerializerContext
{
    public static ExecJson Wire { get; } = Create();

    private static ExecJson Create()
    {
        var options = DockerJson.CreateOptions();
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        return new(options);
    }
}
