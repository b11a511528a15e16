namespace Swarm.Hosting.DockerApi;

internal sealed record MountDocument
{
    public string? Type { get; init; }

    public string? Source { get; init; }

    public string? Target { get; init; }

    public bool ReadOnly { get; init; }

    public string? Consistency { get; init; }

    public BindOptionsDocument? BindOptions { get; init; }

    public VolumeOptionsDocument? VolumeOptions { get; init; }

    public TmpfsOptionsDocument? TmpfsOptions { get; init; }
}

internal sealed record BindOptionsDocument
{
    public string? Propagation { get; init; }

    public bool NonRecursive { get; init; }

    public bool CreateMountpoint { get; init; }

    public bool ReadOnlyNonRecursive { get; init; }

    public bool ReadOnlyForceRecursive { get; init; }
}

internal sealed record VolumeOptionsDocument
{
    public bool NoCopy { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public string? Subpath { get; init; }

    public DriverDocument? DriverConfig { get; init; }
}

internal sealed record TmpfsOptionsDocument
{
    public long SizeBytes { get; init; }

    public uint Mode { get; init; }

    public string[][]? Options { get; init; }
}
