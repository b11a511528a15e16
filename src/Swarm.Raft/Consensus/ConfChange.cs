namespace Swarm.Raft.Consensus;

/// <summary>What happens to one member. Numbers are etcd's <c>raftpb.ConfChangeType</c>.</summary>
public enum ConfChangeType
{
    /// <summary>Add it as a voter, or promote it.</summary>
    AddNode = 0,

    /// <summary>Remove it.</summary>
    RemoveNode = 1,

    /// <summary>Nothing for the consensus; the context tells the application more.</summary>
    UpdateNode = 2,

    /// <summary>Add it as a learner, or demote it.</summary>
    AddLearnerNode = 3,
}

/// <summary>How a change uses joint consensus. Numbers are etcd's <c>raftpb.ConfChangeTransition</c>.</summary>
public enum ConfChangeTransition
{
    /// <summary>Directly where one voter changes at most, else like <see cref="JointImplicit"/>.</summary>
    Auto = 0,

    /// <summary>Through a joint configuration that the leader leaves by itself.</summary>
    JointImplicit = 1,

    /// <summary>Through a joint configuration that stays until a change without operations is proposed.</summary>
    JointExplicit = 2,
}

/// <summary>One operation of a change.</summary>
/// <param name="Type">What happens.</param>
/// <param name="NodeId">To whom; 0 means to nobody (a change that was vetoed).</param>
public readonly record struct ConfChangeSingle(ConfChangeType Type, ulong NodeId);

/// <summary>A change of one member, in the older encoding that every etcd member understands.</summary>
public sealed record ConfChange
{
    /// <summary>The proposer's own mark, which its members get back; the consensus ignores it.</summary>
    public ulong Id { get; init; }

    /// <summary>What happens.</summary>
    public ConfChangeType Type { get; init; }

    /// <summary>To whom; 0 means to nobody.</summary>
    public ulong NodeId { get; init; }

    /// <summary>Carried for the application (SwarmKit: the member's name and address).</summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>The same change in the newer form.</summary>
    public ConfChangeV2 ToV2() => new() { Changes = [new ConfChangeSingle(Type, NodeId)], Context = Context };
}

/// <summary>A change of any number of members.</summary>
public sealed record ConfChangeV2
{
    /// <summary>A change that leaves a joint configuration.</summary>
    public static ConfChangeV2 Leave { get; } = new();

    /// <summary>How joint consensus is used.</summary>
    public ConfChangeTransition Transition { get; init; }

    /// <summary>The operations, in order; for one member the last one counts.</summary>
    public IReadOnlyList<ConfChangeSingle> Changes { get; init; } = [];

    /// <summary>Carried for the application.</summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>Whether the change leaves a joint configuration: no operations and the automatic transition.</summary>
    public bool LeavesJoint => Changes.Count == 0 && Transition == ConfChangeTransition.Auto;

    /// <summary>Whether the change passes through a joint configuration.</summary>
    public bool EntersJoint => Transition != ConfChangeTransition.Auto || Changes.Count > 1;
}
