using System.Text.Json;

namespace Swarm.Hosting.DockerApi;

/// <summary>Settings of an engine for a container; clients in other languages expect every field.</summary>
internal sealed record HostConfigDocument
{
    public string[]? Binds { get; init; }

    public string ContainerIDFile { get; init; } = "";

    public HostLogConfigDocument LogConfig { get; init; } = new();

    public string NetworkMode { get; init; } = "host";

    public Dictionary<string, string> PortBindings { get; init; } = [];

    public HostRestartDocument RestartPolicy { get; init; } = new();

    public bool AutoRemove { get; init; }

    public string VolumeDriver { get; init; } = "";

    public string[]? VolumesFrom { get; init; }

    public string[]? CapAdd { get; init; }

    public string[]? CapDrop { get; init; }

    public string CgroupnsMode { get; init; } = "";

    public string[]? Dns { get; init; }

    public string[]? DnsOptions { get; init; }

    public string[]? DnsSearch { get; init; }

    public string[]? ExtraHosts { get; init; }

    public string[]? GroupAdd { get; init; }

    public string IpcMode { get; init; } = "";

    public string Cgroup { get; init; } = "";

    public string[]? Links { get; init; }

    public long OomScoreAdj { get; init; }

    public string PidMode { get; init; } = "";

    public bool Privileged { get; init; }

    public bool PublishAllPorts { get; init; }

    public bool ReadonlyRootfs { get; init; }

    public string[]? SecurityOpt { get; init; }

    public string UTSMode { get; init; } = "";

    public string UsernsMode { get; init; } = "";

    public long ShmSize { get; init; }

    public string Runtime { get; init; } = "";

    public int[] ConsoleSize { get; init; } = [0, 0];

    public string Isolation { get; init; } = "default";

    public long CpuShares { get; init; }

    public long Memory { get; init; }

    public long NanoCpus { get; init; }

    public string CgroupParent { get; init; } = "";

    public long BlkioWeight { get; init; }

    public string[]? BlkioWeightDevice { get; init; }

    public string[]? BlkioDeviceReadBps { get; init; }

    public string[]? BlkioDeviceWriteBps { get; init; }

    public string[]? BlkioDeviceReadIOps { get; init; }

    public string[]? BlkioDeviceWriteIOps { get; init; }

    public long CpuPeriod { get; init; }

    public long CpuQuota { get; init; }

    public long CpuRealtimePeriod { get; init; }

    public long CpuRealtimeRuntime { get; init; }

    public string CpusetCpus { get; init; } = "";

    public string CpusetMems { get; init; } = "";

    public string[]? Devices { get; init; }

    public string[]? DeviceCgroupRules { get; init; }

    public string[]? DeviceRequests { get; init; }

    public long KernelMemory { get; init; }

    public long KernelMemoryTCP { get; init; }

    public long MemoryReservation { get; init; }

    public long MemorySwap { get; init; }

    public long? MemorySwappiness { get; init; }

    public bool OomKillDisable { get; init; }

    public long? PidsLimit { get; init; }

    public string[] Ulimits { get; init; } = [];

    public long CpuCount { get; init; }

    public long CpuPercent { get; init; }

    public long IOMaximumIOps { get; init; }

    public long IOMaximumBandwidth { get; init; }

    public JsonElement[]? Mounts { get; init; }

    public string[] MaskedPaths { get; init; } = [];

    public string[] ReadonlyPaths { get; init; } = [];

    public bool? Init { get; init; }
}

internal sealed record HostLogConfigDocument
{
    public string Type { get; init; } = "json-file";

    public Dictionary<string, string> Config { get; init; } = [];
}

internal sealed record HostRestartDocument
{
    public string Name { get; init; } = "";

    public int MaximumRetryCount { get; init; }
}
