using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>What <c>docker inspect</c> shows of a container; files and layers of an engine stay empty.</summary>
internal sealed record ContainerInspectDocument
{
    public required string Id { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string Path { get; init; }

    public required string[] Args { get; init; }

    public required ContainerStateDocument State { get; init; }

    public required string Image { get; init; }

    public string ResolvConfPath { get; init; } = "";

    public string HostnamePath { get; init; } = "";

    public string HostsPath { get; init; } = "";

    public string LogPath { get; init; } = "";

    public required string Name { get; init; }

    public int RestartCount { get; init; }

    public string Driver { get; init; } = "";

    public string Platform { get; init; } = "linux";

    public string MountLabel { get; init; } = "";

    public string ProcessLabel { get; init; } = "";

    public string AppArmorProfile { get; init; } = "";

    [JsonPropertyName("ExecIDs")]
    public string[]? ExecIds { get; init; }

    public required HostConfigDocument HostConfig { get; init; }

    public GraphDriverDocument GraphDriver { get; init; } = new();

    public required ContainerMountDocument[] Mounts { get; init; }

    public required ContainerConfigDocument Config { get; init; }

    public required NetworkSettingsDocument NetworkSettings { get; init; }
}

internal sealed record ContainerStateDocument
{
    public required string Status { get; init; }

    public bool Running { get; init; }

    public bool Paused { get; init; }

    public bool Restarting { get; init; }

    [JsonPropertyName("OOMKilled")]
    public bool OutOfMemory { get; init; }

    public bool Dead { get; init; }

    public int Pid { get; init; }

    public int ExitCode { get; init; }

    public string Error { get; init; } = "";

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerHealthDocument? Health { get; init; }
}

internal sealed record ContainerHealthDocument(string Status, int FailingStreak, HealthResultDocument[] Log);

internal sealed record HealthResultDocument(DateTimeOffset Start, DateTimeOffset End, int ExitCode, string Output);

internal sealed record GraphDriverDocument
{
    public Dictionary<string, string>? Data { get; init; }

    public string Name { get; init; } = "";
}

internal sealed record ContainerConfigDocument
{
    public required string Hostname { get; init; }

    public string Domainname { get; init; } = "";

    public required string User { get; init; }

    public bool AttachStdin { get; init; }

    public bool AttachStdout { get; init; }

    public bool AttachStderr { get; init; }

    public bool Tty { get; init; }

    public bool OpenStdin { get; init; }

    public bool StdinOnce { get; init; }

    public required string[] Env { get; init; }

    public required string[] Cmd { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Healthcheck { get; init; }

    public required string Image { get; init; }

    public Dictionary<string, string>? Volumes { get; init; }

    public required string WorkingDir { get; init; }

    public string[]? Entrypoint { get; init; }

    public string[]? OnBuild { get; init; }

    public required Dictionary<string, string> Labels { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StopSignal { get; init; }
}

internal sealed record NetworkSettingsDocument
{
    public string Bridge { get; init; } = "";

    [JsonPropertyName("SandboxID")]
    public string SandboxId { get; init; } = "";

    public bool HairpinMode { get; init; }

    [JsonPropertyName("LinkLocalIPv6Address")]
    public string LinkLocalAddress6 { get; init; } = "";

    [JsonPropertyName("LinkLocalIPv6PrefixLen")]
    public int LinkLocalPrefixLength6 { get; init; }

    public required Dictionary<string, PortBindingDocument[]?> Ports { get; init; }

    public string SandboxKey { get; init; } = "";

    [JsonPropertyName("SecondaryIPAddresses")]
    public string[]? SecondaryAddresses { get; init; }

    [JsonPropertyName("SecondaryIPv6Addresses")]
    public string[]? SecondaryAddresses6 { get; init; }

    [JsonPropertyName("EndpointID")]
    public string EndpointId { get; init; } = "";

    public string Gateway { get; init; } = "";

    [JsonPropertyName("GlobalIPv6Address")]
    public string Address6 { get; init; } = "";

    [JsonPropertyName("GlobalIPv6PrefixLen")]
    public int PrefixLength6 { get; init; }

    [JsonPropertyName("IPAddress")]
    public string Address { get; init; } = "";

    [JsonPropertyName("IPPrefixLen")]
    public int PrefixLength { get; init; }

    [JsonPropertyName("IPv6Gateway")]
    public string Gateway6 { get; init; } = "";

    public string MacAddress { get; init; } = "";

    public required Dictionary<string, ContainerEndpointDocument> Networks { get; init; }
}

internal sealed record PortBindingDocument(
    [property: JsonPropertyName("HostIp")] string Address,
    [property: JsonPropertyName("HostPort")] string Port);
