namespace Swarm;

/// <summary>Isolation technologies; numbers are SwarmKit's.</summary>
public enum Isolation
{
    /// <summary>The executor's default.</summary>
    Default = 0,

    /// <summary>Windows process isolation.</summary>
    Process = 1,

    /// <summary>Windows Hyper-V isolation.</summary>
    HyperV = 2,
}
