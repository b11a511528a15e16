namespace Swarm;

/// <summary>Kinds of mounts; numbers are SwarmKit's.</summary>
public enum MountType
{
    /// <summary>A path of the node.</summary>
    Bind = 0,

    /// <summary>A volume.</summary>
    Volume = 1,

    /// <summary>Memory.</summary>
    Tmpfs = 2,

    /// <summary>A Windows named pipe.</summary>
    NamedPipe = 3,

    /// <summary>A cluster volume.</summary>
    Cluster = 4,
}
