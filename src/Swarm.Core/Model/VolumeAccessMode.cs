namespace Swarm;

/// <summary>Who may use a cluster volume, and how.</summary>
/// <param name="Scope">From how many nodes.</param>
/// <param name="Sharing">By how many tasks.</param>
/// <param name="AccessType">As what; null in a spec that is not valid.</param>
public sealed record VolumeAccessMode(
    VolumeScope Scope = VolumeScope.SingleNode,
    VolumeSharing Sharing = VolumeSharing.None,
    VolumeAccessType? AccessType = null);

/// <summary>As what a task sees a cluster volume: <see cref="BlockAccess"/> or <see cref="MountAccess"/>.</summary>
public abstract record VolumeAccessType
{
    private protected VolumeAccessType()
    {
    }
}

/// <summary>As a block device.</summary>
public sealed record BlockAccess : VolumeAccessType;

/// <summary>As a file system.</summary>
/// <param name="FileSystem">Type of the file system; empty lets the plugin choose.</param>
/// <param name="MountFlags">Flags of the mount.</param>
public sealed record MountAccess(string FileSystem = "", ValueList<string> MountFlags = default) : VolumeAccessType;

/// <summary>From how many nodes a cluster volume may be used; numbers are SwarmKit's.</summary>
public enum VolumeScope
{
    /// <summary>From one at a time.</summary>
    SingleNode = 0,

    /// <summary>From several.</summary>
    MultiNode = 1,
}

/// <summary>By how many tasks a cluster volume may be used; numbers are SwarmKit's.</summary>
public enum VolumeSharing
{
    /// <summary>By one at a time.</summary>
    None = 0,

    /// <summary>By several that only read.</summary>
    ReadOnly = 1,

    /// <summary>By several, of which one writes.</summary>
    OneWriter = 2,

    /// <summary>By several that read and write.</summary>
    All = 3,
}
