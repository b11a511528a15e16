namespace Swarm.Agents;

/// <summary>What becomes of the tasks of a node whose agent ends.</summary>
internal enum TasksAtEnd
{
    /// <summary>They run on, and the next life of the node takes them over.</summary>
    RunOn,

    /// <summary>They stop. How they ended and what they wrote stays for the next life of the node.</summary>
    Stop,

    /// <summary>They stop and leave nothing behind: the node has no next life.</summary>
    Remove,
}
