using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

internal sealed record ContainerSpecDocument
{
    public string? Image { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public string[]? Command { get; init; }

    public string[]? Args { get; init; }

    public string? Hostname { get; init; }

    public string[]? Env { get; init; }

    public string? Dir { get; init; }

    public string? User { get; init; }

    public string[]? Groups { get; init; }

    public PrivilegesDocument? Privileges { get; init; }

    public bool? Init { get; init; }

    public string? StopSignal { get; init; }

    [JsonPropertyName("TTY")]
    public bool Tty { get; init; }

    public bool OpenStdin { get; init; }

    public bool ReadOnly { get; init; }

    public MountDocument[]? Mounts { get; init; }

    public long? StopGracePeriod { get; init; }

    public HealthCheckDocument? Healthcheck { get; init; }

    public string[]? Hosts { get; init; }

    [JsonPropertyName("DNSConfig")]
    public DnsConfigDocument? DnsConfig { get; init; }

    public SecretReferenceDocument[]? Secrets { get; init; }

    public ConfigReferenceDocument[]? Configs { get; init; }

    public string? Isolation { get; init; }

    public Dictionary<string, string>? Sysctls { get; init; }

    public string[]? CapabilityAdd { get; init; }

    public string[]? CapabilityDrop { get; init; }

    public UlimitDocument[]? Ulimits { get; init; }

    public long OomScoreAdj { get; init; }
}

internal sealed record PrivilegesDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public CredentialSpecDocument? CredentialSpec { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public SELinuxDocument? SELinuxContext { get; init; }

    public SeccompDocument? Seccomp { get; init; }

    public AppArmorDocument? AppArmor { get; init; }

    public bool NoNewPrivileges { get; init; }
}

internal sealed record CredentialSpecDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Config { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? File { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Registry { get; init; }
}

internal sealed record SELinuxDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Disable { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? User { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Level { get; init; }
}

internal sealed record SeccompDocument
{
    public string? Mode { get; init; }

    public byte[]? Profile { get; init; }
}

internal sealed record AppArmorDocument
{
    public string? Mode { get; init; }
}

internal sealed record HealthCheckDocument
{
    public string[]? Test { get; init; }

    public long Interval { get; init; }

    public long Timeout { get; init; }

    public long StartPeriod { get; init; }

    public long StartInterval { get; init; }

    public int Retries { get; init; }
}

internal sealed record DnsConfigDocument
{
    public string[]? Nameservers { get; init; }

    public string[]? Search { get; init; }

    public string[]? Options { get; init; }
}

internal sealed record SecretReferenceDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public FileTargetDocument? File { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonPropertyName("SecretID")]
    public string? SecretId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? SecretName { get; init; }
}

internal sealed record ConfigReferenceDocument
{
    public FileTargetDocument? File { get; init; }

    public EmptyDocument? Runtime { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonPropertyName("ConfigID")]
    public string? ConfigId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? ConfigName { get; init; }
}

internal sealed record FileTargetDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonPropertyName("UID")]
    public string? Uid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonPropertyName("GID")]
    public string? Gid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public uint Mode { get; init; }
}

internal sealed record UlimitDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Hard { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Soft { get; init; }
}
