using System.Text.Json.Serialization;

namespace Swarm.Docker.Engine;

/// <summary>A container to be made.</summary>
internal sealed record ContainerCreateDocument
{
    public required string Image { get; init; }

    public string? Hostname { get; init; }

    public string? User { get; init; }

    public bool Tty { get; init; }

    public bool OpenStdin { get; init; }

    public string[]? Env { get; init; }

    public string[]? Entrypoint { get; init; }

    public string[]? Cmd { get; init; }

    public string? WorkingDir { get; init; }

    public required Dictionary<string, string> Labels { get; init; }

    public string? StopSignal { get; init; }

    public Dictionary<string, NothingDocument>? ExposedPorts { get; init; }

    [JsonPropertyName("Healthcheck")]
    public HealthCheckDocument? HealthCheck { get; init; }

    public required HostConfigDocument HostConfig { get; init; }

    public NetworkingDocument? NetworkingConfig { get; init; }
}

internal sealed record ContainerCreatedDocument(string Id);

/// <summary>Go's empty struct.</summary>
internal sealed record NothingDocument;

/// <summary>A health check; times in nanoseconds.</summary>
internal sealed record HealthCheckDocument
{
    public string[]? Test { get; init; }

    public long Interval { get; init; }

    public long Timeout { get; init; }

    public long StartPeriod { get; init; }

    public long? StartInterval { get; init; }

    public int Retries { get; init; }
}

internal sealed record NetworkingDocument(Dictionary<string, EndpointDocument> EndpointsConfig);

internal sealed record EndpointDocument
{
    public string[]? Aliases { get; init; }

    public Dictionary<string, string>? DriverOpts { get; init; }

    [JsonPropertyName("IPAMConfig")]
    public EndpointAddressDocument? Address { get; init; }
}

internal sealed record EndpointAddressDocument([property: JsonPropertyName("IPv4Address")] string? Ipv4);

/// <summary>What of a container is the machine's.</summary>
internal sealed record HostConfigDocument
{
    public string? NetworkMode { get; init; }

    public Dictionary<string, PortBindingDocument[]>? PortBindings { get; init; }

    public MountDocument[]? Mounts { get; init; }

    public bool ReadonlyRootfs { get; init; }

    public string? Isolation { get; init; }

    public bool? Init { get; init; }

    public Dictionary<string, string>? Sysctls { get; init; }

    public string[]? CapAdd { get; init; }

    public string[]? CapDrop { get; init; }

    public string[]? GroupAdd { get; init; }

    public string[]? Dns { get; init; }

    public string[]? DnsSearch { get; init; }

    public string[]? DnsOptions { get; init; }

    public string[]? ExtraHosts { get; init; }

    public string[]? SecurityOpt { get; init; }

    public LogConfigDocument? LogConfig { get; init; }

    public UlimitDocument[]? Ulimits { get; init; }

    public long? Memory { get; init; }

    public long? MemorySwap { get; init; }

    public long? MemorySwappiness { get; init; }

    public long? NanoCpus { get; init; }

    public long? PidsLimit { get; init; }

    public long? OomScoreAdj { get; init; }
}

internal sealed record LogConfigDocument(string Type, Dictionary<string, string>? Config);

internal sealed record UlimitDocument(string Name, long Soft, long Hard);

internal sealed record MountDocument
{
    public required string Type { get; init; }

    public string? Source { get; init; }

    public required string Target { get; init; }

    public bool ReadOnly { get; init; }

    public string? Consistency { get; init; }

    public BindOptionsDocument? BindOptions { get; init; }

    public VolumeOptionsDocument? VolumeOptions { get; init; }

    public TmpfsOptionsDocument? TmpfsOptions { get; init; }
}

internal sealed record BindOptionsDocument
{
    public string? Propagation { get; init; }

    public bool? NonRecursive { get; init; }

    public bool? CreateMountpoint { get; init; }

    public bool? ReadOnlyNonRecursive { get; init; }

    public bool? ReadOnlyForceRecursive { get; init; }
}

internal sealed record VolumeOptionsDocument
{
    public bool NoCopy { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public DriverDocument? DriverConfig { get; init; }

    public string? Subpath { get; init; }
}

internal sealed record DriverDocument(string Name, Dictionary<string, string>? Options);

internal sealed record TmpfsOptionsDocument
{
    public long? SizeBytes { get; init; }

    public uint? Mode { get; init; }

    public string[][]? Options { get; init; }
}
