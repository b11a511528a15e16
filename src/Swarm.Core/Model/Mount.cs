namespace Swarm;

/// <summary>A mount of a container.</summary>
public sealed record Mount
{
    /// <summary>What is mounted.</summary>
    public MountType Type { get; init; }

    /// <summary>Path on the node, or name of the volume; may be a template.</summary>
    public string Source { get; init; } = "";

    /// <summary>Absolute path in the container; may be a template.</summary>
    public string Target { get; init; } = "";

    /// <summary>Mount read-only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Consistency requirement; only some platforms know one.</summary>
    public string Consistency { get; init; } = "";

    /// <summary>Options of bind mounts.</summary>
    public BindOptions? Bind { get; init; }

    /// <summary>Options of volumes.</summary>
    public VolumeOptions? Volume { get; init; }

    /// <summary>Options of tmpfs mounts.</summary>
    public TmpfsOptions? Tmpfs { get; init; }
}

/// <summary>Options of a bind mount.</summary>
public sealed record BindOptions
{
    /// <summary>Propagation mode such as <c>rprivate</c>; empty means the default.</summary>
    public string Propagation { get; init; } = "";

    /// <summary>Do not bind submounts.</summary>
    public bool NonRecursive { get; init; }

    /// <summary>Create the source when it is missing.</summary>
    public bool CreateMountpoint { get; init; }

    /// <summary>Only the top mount is read-only.</summary>
    public bool ReadOnlyNonRecursive { get; init; }

    /// <summary>Fail when submounts cannot be made read-only.</summary>
    public bool ReadOnlyForceRecursive { get; init; }
}

/// <summary>Options of a volume mount.</summary>
public sealed record VolumeOptions
{
    /// <summary>Do not copy the image's content into a new volume.</summary>
    public bool NoCopy { get; init; }

    /// <summary>Labels of the volume.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>The volume's driver; null means <c>local</c>.</summary>
    public Driver? Driver { get; init; }

    /// <summary>A path inside the volume.</summary>
    public string Subpath { get; init; } = "";
}

/// <summary>Options of a tmpfs mount.</summary>
/// <param name="SizeBytes">Size limit in bytes; 0 means none.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Options">Further mount options.</param>
public sealed record TmpfsOptions(long SizeBytes = 0, uint Mode = 0, string Options = "");
