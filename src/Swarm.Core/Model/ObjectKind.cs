namespace Swarm;

/// <summary>The kinds of objects in the store.</summary>
public enum ObjectKind
{
    /// <summary>No kind.</summary>
    None = 0,

    /// <summary>A <see cref="Swarm.Node"/>.</summary>
    Node = 1,

    /// <summary>A <see cref="Swarm.Service"/>.</summary>
    Service = 2,

    /// <summary>A <see cref="SwarmTask"/>.</summary>
    Task = 3,

    /// <summary>A <see cref="Swarm.Network"/>.</summary>
    Network = 4,

    /// <summary>The <see cref="Swarm.Cluster"/>.</summary>
    Cluster = 5,

    /// <summary>A <see cref="Swarm.Secret"/>.</summary>
    Secret = 6,

    /// <summary>A <see cref="Swarm.Config"/>.</summary>
    Config = 7,

    /// <summary>A <see cref="Swarm.Volume"/>.</summary>
    Volume = 8,

    /// <summary>A <see cref="Swarm.Resource"/>.</summary>
    Resource = 9,

    /// <summary>A <see cref="Swarm.Extension"/>.</summary>
    Extension = 10,
}
