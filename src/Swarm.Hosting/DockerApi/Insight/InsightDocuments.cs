using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>What a create or update would do.</summary>
internal sealed record PlanDocument
{
    /// <summary><c>create</c>, <c>update</c>, <c>nothing</c> or <c>refused</c>.</summary>
    public required string Kind { get; init; }

    public required IReadOnlyList<string> Conflicts { get; init; }

    public required long TasksToStart { get; init; }

    public required long TasksToStop { get; init; }

    public required long SlotsToReplace { get; init; }

    public required IReadOnlyList<PlacementPreviewDocument> Placements { get; init; }

    public required IReadOnlyList<ShortageDocument> Unplaced { get; init; }
}

internal sealed record PlacementPreviewDocument(
    [property: JsonPropertyName("NodeID")] string NodeId,
    string Hostname,
    long Tasks);

internal sealed record ShortageDocument(long Tasks, string Reason);

/// <summary>Why a task or a service is not as it should be; <c>Kind</c> says which of the two it is.</summary>
internal sealed record ExplanationDocument
{
    public required string Kind { get; init; }

    [JsonPropertyName("ID")]
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The reason in a sentence.</summary>
    public required string Text { get; init; }

    /// <summary>The task; null for a service.</summary>
    public TaskExplanationDocument? Task { get; init; }

    /// <summary>The service; null for a task.</summary>
    public ServiceExplanationDocument? Service { get; init; }
}

internal sealed record TaskExplanationDocument
{
    [JsonPropertyName("ID")]
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Node { get; init; }

    public required string State { get; init; }

    public required string DesiredState { get; init; }

    /// <summary>
    /// <c>none</c>, <c>allocator</c>, <c>scheduler</c>, <c>node</c>, <c>executor</c>, <c>restart-delay</c>,
    /// <c>update-gate</c> or <c>ended</c>.
    /// </summary>
    public required string Cause { get; init; }

    public required string Text { get; init; }
}

internal sealed record ServiceExplanationDocument
{
    public required long Running { get; init; }

    public required long Desired { get; init; }

    /// <summary>As <c>UpdateStatus.State</c> of a service; empty when there was no update.</summary>
    public required string UpdateState { get; init; }

    public required string UpdateMessage { get; init; }

    public required IReadOnlyList<TaskExplanationDocument> Waiting { get; init; }

    public required long More { get; init; }

    public required IReadOnlyList<TaskExplanationDocument> Failures { get; init; }
}

/// <summary>One line of the stream of a wait; the last one has <c>Converged</c> or <c>Error</c>.</summary>
internal sealed record ProgressDocument
{
    public required long Running { get; init; }

    public required long Desired { get; init; }

    public required string UpdateState { get; init; }

    public required bool Converged { get; init; }

    public string? Error { get; init; }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(ExplanationDocument))]
[JsonSerializable(typeof(ProgressDocument))]
internal sealed partial class InsightJson : JsonSerializerContext
{
    public static InsightJson Wire { get; } = new(DockerJson.CreateOptions());
}
