namespace Swarm;

/// <summary>
/// States of a task, in order; the numbers and their gaps are SwarmKit's, and code compares them with &lt; and &gt;.
/// </summary>
public enum TaskState
{
    /// <summary>Exists; networks and ports not allocated.</summary>
    New = 0,

    /// <summary>Allocated; waits for a node.</summary>
    Pending = 64,

    /// <summary>Has a node; from here on the node's agent reports the state.</summary>
    Assigned = 192,

    /// <summary>The agent has taken it on.</summary>
    Accepted = 256,

    /// <summary>Images, networks and volumes are being made ready.</summary>
    Preparing = 320,

    /// <summary>Could start.</summary>
    Ready = 384,

    /// <summary>Is starting; stays here until healthy.</summary>
    Starting = 448,

    /// <summary>Runs.</summary>
    Running = 512,

    /// <summary>Ended with exit code 0.</summary>
    Complete = 576,

    /// <summary>Was stopped on request.</summary>
    Shutdown = 640,

    /// <summary>Ended otherwise.</summary>
    Failed = 704,

    /// <summary>Could not be started.</summary>
    Rejected = 768,

    /// <summary>Only ever desired: stop, then delete.</summary>
    Remove = 800,

    /// <summary>Its node is lost; its fate is unknown.</summary>
    Orphaned = 832,
}
