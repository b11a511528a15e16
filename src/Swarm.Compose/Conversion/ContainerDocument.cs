using System.Text.Json.Serialization;

namespace Swarm.Compose.Conversion;

/// <summary>The container of a service as the Docker API takes it.</summary>
internal sealed record ContainerDocument
{
    public required string Image { get; init; }

    public required SortedDictionary<string, string> Labels { get; init; }

    public List<string>? Command { get; init; }

    public List<string>? Args { get; init; }

    public string Hostname { get; init; } = "";

    public List<string>? Hosts { get; init; }

    [JsonPropertyName("DNSConfig")]
    public DnsDocument? Dns { get; init; }

    public HealthDocument? Healthcheck { get; init; }

    public List<string>? Env { get; init; }

    public string Dir { get; init; } = "";

    public string User { get; init; } = "";

    public List<MountDocument>? Mounts { get; init; }

    public long? StopGracePeriod { get; init; }

    public string StopSignal { get; init; } = "";

    [JsonPropertyName("TTY")]
    public bool Tty { get; init; }

    public bool OpenStdin { get; init; }

    public bool ReadOnly { get; init; }

    public List<SecretReferenceDocument>? Secrets { get; init; }

    public List<ConfigReferenceDocument>? Configs { get; init; }

    public required PrivilegesDocument Privileges { get; init; }

    public string Isolation { get; init; } = "";

    public bool? Init { get; init; }

    public SortedDictionary<string, string>? Sysctls { get; init; }

    public List<string>? CapabilityAdd { get; init; }

    public List<string>? CapabilityDrop { get; init; }

    public List<UlimitDocument>? Ulimits { get; init; }
}

internal sealed record DnsDocument(List<string>? Nameservers, List<string>? Search);

/// <summary>Durations are nanoseconds.</summary>
internal sealed record HealthDocument(
    List<string>? Test, long Timeout = 0, long Interval = 0, ulong Retries = 0,
    long StartPeriod = 0, long StartInterval = 0);

internal sealed record PrivilegesDocument(CredentialDocument? CredentialSpec);

internal sealed record CredentialDocument(string Config, string File, string Registry);

internal sealed record UlimitDocument(string Name, long Soft, long Hard);

internal sealed record MountDocument
{
    public required string Type { get; init; }

    public string Source { get; init; } = "";

    public string Target { get; init; } = "";

    public bool ReadOnly { get; init; }

    public string Consistency { get; init; } = "";

    public BindDocument? BindOptions { get; init; }

    public VolumeDocument? VolumeOptions { get; init; }

    public ImageMountDocument? ImageOptions { get; init; }

    public TmpfsDocument? TmpfsOptions { get; init; }

    public EmptyDocument? ClusterOptions { get; init; }
}

internal sealed record BindDocument(string Propagation);

internal sealed record VolumeDocument
{
    public bool NoCopy { get; init; }

    public string Subpath { get; init; } = "";

    public SortedDictionary<string, string>? Labels { get; init; }

    public DriverDocument? DriverConfig { get; init; }
}

internal sealed record ImageMountDocument(string Subpath);

internal sealed record TmpfsDocument(long SizeBytes);

internal sealed record FileTargetDocument(
    string Name,
    [property: JsonPropertyName("UID")] string Uid,
    [property: JsonPropertyName("GID")] string Gid,
    ulong Mode);

/// <summary>The id is empty until the manager has been asked.</summary>
internal sealed record SecretReferenceDocument(
    FileTargetDocument File, string SecretName, [property: JsonPropertyName("SecretID")] string SecretId = "");

/// <summary>The id is empty until the manager has been asked. A runtime reference has no file.</summary>
internal sealed record ConfigReferenceDocument(
    FileTargetDocument? File,
    EmptyDocument? Runtime,
    string ConfigName,
    [property: JsonPropertyName("ConfigID")] string ConfigId = "");
