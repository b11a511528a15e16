using Swarm.Storage;

namespace Swarm.Control;

/// <summary>
/// What a program in this process sees of the swarm without asking another manager: it sees as far as this manager's
/// own log has come, also while the swarm has no leader.
/// </summary>
internal interface ISwarmWindow
{
    /// <summary>The store; null while this node is not a manager at work.</summary>
    ClusterStore? Store { get; }

    /// <summary>How this node stands to a swarm.</summary>
    WindowState State { get; }

    /// <summary>Why there is nothing to see; empty when nothing is wrong.</summary>
    string Error { get; }

    /// <summary>This node; empty in no swarm.</summary>
    NodeId Self { get; }

    /// <summary>The managers, as far as this one knows.</summary>
    QuorumView Quorum { get; }
}

/// <summary>How a node stands to a swarm.</summary>
internal enum WindowState
{
    /// <summary>In no swarm.</summary>
    Inactive = 0,

    /// <summary>On its way into one.</summary>
    Pending = 1,

    /// <summary>A manager at work.</summary>
    Active = 2,

    /// <summary>A member that cannot work.</summary>
    Error = 3,

    /// <summary>A manager that waits for the unlock key.</summary>
    Locked = 4,

    /// <summary>A worker: it has no store.</summary>
    Worker = 5,
}

/// <summary>The managers at one moment.</summary>
/// <param name="Leader">Who leads; empty when nobody is known to.</param>
/// <param name="Term">The term of the log; 0 when there is none.</param>
/// <param name="Backlog">Entries of the log that are here and not in the store yet.</param>
/// <param name="Managers">Each with whether it is reached.</param>
internal sealed record QuorumView(
    NodeId Leader,
    ulong Term,
    long Backlog,
    ValueList<(NodeId Node, ManagerStatus Status)> Managers)
{
    public static QuorumView None { get; } = new(default, 0, 0, default);
}
