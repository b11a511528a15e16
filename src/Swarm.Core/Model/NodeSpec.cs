namespace Swarm;

/// <summary>What the user wants of a node.</summary>
public sealed record NodeSpec
{
    /// <summary>A free name; the host name comes from the node itself.</summary>
    public string Name { get; init; } = "";

    /// <summary>Labels for placement.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Custom index entries; only programs that embed the swarm use them.</summary>
    public ValueList<IndexEntry> Indices { get; init; }

    /// <summary>The role it should have.</summary>
    public NodeRole DesiredRole { get; init; }

    /// <summary>Whether it has been let in.</summary>
    public NodeMembership Membership { get; init; } = NodeMembership.Accepted;

    /// <summary>Whether it takes tasks.</summary>
    public NodeAvailability Availability { get; init; }
}
