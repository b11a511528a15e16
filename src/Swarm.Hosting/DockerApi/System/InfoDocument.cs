using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>
/// <c>GET /info</c>. Docker fills every field, so that this one does too; what a node without containers of its own has
/// nothing to say about is empty.
/// </summary>
internal sealed record InfoDocument
{
    [JsonPropertyName("ID")]
    public required string Id { get; init; }

    public int Containers { get; init; }

    public int ContainersRunning { get; init; }

    public int ContainersPaused { get; init; }

    public int ContainersStopped { get; init; }

    public int Images { get; init; }

    public string Driver { get; init; } = "none";

    public string[][] DriverStatus { get; init; } = [];

    public required InfoPluginsDocument Plugins { get; init; }

    public bool MemoryLimit { get; init; }

    public bool SwapLimit { get; init; }

    public bool KernelMemory { get; init; }

    [JsonPropertyName("KernelMemoryTCP")]
    public bool KernelMemoryTcp { get; init; }

    public bool CpuCfsPeriod { get; init; }

    public bool CpuCfsQuota { get; init; }

    [JsonPropertyName("CPUShares")]
    public bool CpuShares { get; init; }

    [JsonPropertyName("CPUSet")]
    public bool CpuSet { get; init; }

    public bool PidsLimit { get; init; }

    // Nothing here depends on forwarding or on the bridge's firewall, so there is nothing for a client to warn about.
    [JsonPropertyName("IPv4Forwarding")]
    public bool Ipv4Forwarding { get; init; } = true;

    public bool BridgeNfIptables { get; init; } = true;

    public bool BridgeNfIp6tables { get; init; } = true;

    public bool Debug { get; init; }

    [JsonPropertyName("NFd")]
    public int OpenFiles { get; init; }

    public bool OomKillDisable { get; init; } = true;

    [JsonPropertyName("NGoroutines")]
    public int Goroutines { get; init; }

    public DateTimeOffset SystemTime { get; init; }

    public string LoggingDriver { get; init; } = "json-file";

    public string CgroupDriver { get; init; } = "none";

    public required string CgroupVersion { get; init; }

    [JsonPropertyName("NEventsListener")]
    public int EventListeners { get; init; }

    public required string KernelVersion { get; init; }

    public required string OperatingSystem { get; init; }

    [JsonPropertyName("OSVersion")]
    public required string OsVersion { get; init; }

    [JsonPropertyName("OSType")]
    public required string OsType { get; init; }

    public required string Architecture { get; init; }

    public string IndexServerAddress { get; init; } = "https://index.docker.io/v1/";

    public RegistryConfigDocument RegistryConfig { get; init; } = new();

    [JsonPropertyName("NCPU")]
    public int Cpus { get; init; }

    public long MemTotal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public NodeResourceDocument[]? GenericResources { get; init; }

    public required string DockerRootDir { get; init; }

    public string HttpProxy { get; init; } = "";

    public string HttpsProxy { get; init; } = "";

    public string NoProxy { get; init; } = "";

    public required string Name { get; init; }

    public required string[] Labels { get; init; }

    public bool ExperimentalBuild { get; init; }

    public required string ServerVersion { get; init; }

    public required Dictionary<string, RuntimeDocument> Runtimes { get; init; }

    public required string DefaultRuntime { get; init; }

    public required InfoSwarmDocument Swarm { get; init; }

    public bool LiveRestoreEnabled { get; init; }

    public string Isolation { get; init; } = "";

    public string InitBinary { get; init; } = "";

    public CommitDocument ContainerdCommit { get; init; } = new();

    public CommitDocument RuncCommit { get; init; } = new();

    public CommitDocument InitCommit { get; init; } = new();

    public string[] SecurityOptions { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string[]? Warnings { get; init; }
}

internal sealed record InfoPluginsDocument
{
    public required string[] Volume { get; init; }

    public required string[] Network { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string[]? Authorization { get; init; }

    public required string[] Log { get; init; }
}

internal sealed record RegistryConfigDocument
{
    [JsonPropertyName("AllowNondistributableArtifactsCIDRs")]
    public string[] NondistributableNetworks { get; init; } = [];

    [JsonPropertyName("AllowNondistributableArtifactsHostnames")]
    public string[] NondistributableHosts { get; init; } = [];

    [JsonPropertyName("InsecureRegistryCIDRs")]
    public string[] InsecureNetworks { get; init; } = [];

    public Dictionary<string, IndexConfigDocument> IndexConfigs { get; init; } = new(StringComparer.Ordinal);

    public string[] Mirrors { get; init; } = [];
}

internal sealed record IndexConfigDocument(string Name, string[] Mirrors, bool Secure, bool Official);

internal sealed record RuntimeDocument([property: JsonPropertyName("path")] string Path);

internal sealed record CommitDocument
{
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    public string Expected { get; init; } = "";
}

/// <summary>The node's place in the swarm.</summary>
internal sealed record InfoSwarmDocument
{
    [JsonPropertyName("NodeID")]
    public string NodeId { get; init; } = "";

    public string NodeAddr { get; init; } = "";

    public required string LocalNodeState { get; init; }

    public bool ControlAvailable { get; init; }

    public string Error { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public PeerDocument[]? RemoteManagers { get; init; }

    public int? Nodes { get; init; }

    public int? Managers { get; init; }

    public SwarmDocument? Cluster { get; init; }

    public string[]? Warnings { get; init; }
}

internal sealed record PeerDocument([property: JsonPropertyName("NodeID")] string NodeId, string Addr);
