namespace Swarm.Hosting.Nodes;

/// <summary>How this machine stands to a swarm, in the words of <c>docker info</c>.</summary>
internal enum LocalNodeState
{
    /// <summary>In no swarm.</summary>
    Inactive = 0,

    /// <summary>On its way in.</summary>
    Pending = 1,

    /// <summary>A member.</summary>
    Active = 2,

    /// <summary>A member that cannot work.</summary>
    Error = 3,

    /// <summary>A manager that waits for the unlock key.</summary>
    Locked = 4,
}
