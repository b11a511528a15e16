using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

internal sealed record SwarmSpecDocument
{
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Labels { get; init; }

    public OrchestrationDocument? Orchestration { get; init; }

    public RaftDocument? Raft { get; init; }

    public DispatcherDocument? Dispatcher { get; init; }

    [JsonPropertyName("CAConfig")]
    public CaConfigDocument? CaConfig { get; init; }

    public TaskDefaultsDocument? TaskDefaults { get; init; }

    public EncryptionDocument? EncryptionConfig { get; init; }
}

internal sealed record OrchestrationDocument
{
    public long? TaskHistoryRetentionLimit { get; init; }
}

internal sealed record RaftDocument
{
    public ulong? SnapshotInterval { get; init; }

    public ulong? KeepOldSnapshots { get; init; }

    public ulong? LogEntriesForSlowFollowers { get; init; }

    public int? ElectionTick { get; init; }

    public int? HeartbeatTick { get; init; }
}

internal sealed record DispatcherDocument
{
    /// <summary>Nanoseconds.</summary>
    public long? HeartbeatPeriod { get; init; }
}

internal sealed record CaConfigDocument
{
    /// <summary>Nanoseconds.</summary>
    public long? NodeCertExpiry { get; init; }

    [JsonPropertyName("ExternalCAs")]
    public ExternalCaDocument[]? ExternalCas { get; init; }

    [JsonPropertyName("SigningCACert")]
    public string? SigningCaCertificate { get; init; }

    [JsonPropertyName("SigningCAKey")]
    public string? SigningCaKey { get; init; }

    public ulong? ForceRotate { get; init; }

    /// <summary>Everything but the key.</summary>
    public override string ToString() => $"CaConfigDocument {{ ForceRotate = {ForceRotate} }}";
}

internal sealed record ExternalCaDocument
{
    public string? Protocol { get; init; }

    [JsonPropertyName("URL")]
    public string? Url { get; init; }

    public Dictionary<string, string>? Options { get; init; }

    [JsonPropertyName("CACert")]
    public string? CaCertificate { get; init; }
}

internal sealed record TaskDefaultsDocument
{
    public DriverDocument? LogDriver { get; init; }
}

internal sealed record EncryptionDocument
{
    public bool? AutoLockManagers { get; init; }
}
