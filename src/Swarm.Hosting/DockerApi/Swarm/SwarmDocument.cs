using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>The swarm, as <c>GET /swarm</c> and, without join tokens, <c>GET /info</c> show it.</summary>
internal sealed record SwarmDocument
{
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    public IndexDocument Version { get; init; } = new(0);

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public SwarmSpecDocument Spec { get; init; } = new();

    [JsonPropertyName("TLSInfo")]
    public TlsInfoDocument TlsInfo { get; init; } = new();

    public bool RootRotationInProgress { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string[]? DefaultAddrPool { get; init; }

    public int SubnetSize { get; init; }

    public int DataPathPort { get; init; }

    public JoinTokensDocument? JoinTokens { get; init; }
}

internal sealed record TlsInfoDocument
{
    public string? TrustRoot { get; init; }

    public byte[]? CertIssuerSubject { get; init; }

    public byte[]? CertIssuerPublicKey { get; init; }
}

internal sealed record JoinTokensDocument(string Worker, string Manager)
{
    public override string ToString() => nameof(JoinTokensDocument);
}

internal sealed record UnlockKeyDocument
{
    public string? UnlockKey { get; init; }

    public override string ToString() => nameof(UnlockKeyDocument);
}

internal sealed record SwarmInitDocument
{
    public string? ListenAddr { get; init; }

    public string? AdvertiseAddr { get; init; }

    public string? DataPathAddr { get; init; }

    public long? DataPathPort { get; init; }

    public bool? ForceNewCluster { get; init; }

    public SwarmSpecDocument? Spec { get; init; }

    public bool? AutoLockManagers { get; init; }

    public string? Availability { get; init; }

    public string[]? DefaultAddrPool { get; init; }

    public long? SubnetSize { get; init; }
}

internal sealed record SwarmJoinDocument
{
    public string? ListenAddr { get; init; }

    public string? AdvertiseAddr { get; init; }

    public string? DataPathAddr { get; init; }

    public string[]? RemoteAddrs { get; init; }

    public string? JoinToken { get; init; }

    public string? Availability { get; init; }

    public override string ToString() => nameof(SwarmJoinDocument);
}

/// <summary>Documents of the swarm, read and written without reflection.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SwarmDocument))]
[JsonSerializable(typeof(SwarmSpecDocument))]
[JsonSerializable(typeof(SwarmInitDocument))]
[JsonSerializable(typeof(SwarmJoinDocument))]
[JsonSerializable(typeof(UnlockKeyDocument))]
internal sealed partial class SwarmJson : JsonSerializerContext
{
    public static SwarmJson Wire { get; } = new(DockerJson.CreateOptions());
}
