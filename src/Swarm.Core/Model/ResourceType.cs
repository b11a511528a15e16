namespace Swarm;

/// <summary>Kinds of objects a task can reference; numbers are SwarmKit's.</summary>
public enum ResourceType
{
    /// <summary>A task.</summary>
    Task = 0,

    /// <summary>A secret.</summary>
    Secret = 1,

    /// <summary>A config.</summary>
    Config = 2,

    /// <summary>A volume.</summary>
    Volume = 3,
}
