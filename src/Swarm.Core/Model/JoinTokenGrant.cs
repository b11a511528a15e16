namespace Swarm;

/// <summary>
/// An additional join token: besides a role it can give a node labels that the node cannot choose itself, end by
/// itself, and leave the last word to a person.
/// </summary>
public sealed record JoinTokenGrant
{
    /// <summary>Name of the token: 1 to 63 characters <c>[a-z0-9-]</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Role of nodes that join with it.</summary>
    /// <value>Default <see cref="NodeRole.Worker"/>.</value>
    public NodeRole Role { get; init; }

    /// <summary>Labels that nodes that join with it start with.</summary>
    public ValueDictionary<string> NodeLabels { get; init; }

    /// <summary>When it ends, by the clock of the leader; null means never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Nodes that join with it wait until they are accepted.</summary>
    public bool NeedsApproval { get; init; }
}
