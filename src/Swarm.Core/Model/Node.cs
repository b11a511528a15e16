namespace Swarm;

/// <summary>A member of the swarm.</summary>
public sealed record Node : ClusterObject
{
    /// <summary>The id.</summary>
    public required NodeId Id { get; init; }

    /// <summary>What the user wants of it.</summary>
    public NodeSpec Spec { get; init; } = new();

    /// <summary>What the node told of itself; null until it has registered.</summary>
    public NodeDescription? Description { get; init; }

    /// <summary>Whether it can be reached.</summary>
    public NodeStatus Status { get; init; } = new(NodeState.Unknown);

    /// <summary>Set on reads for managers; never stored.</summary>
    public ManagerStatus? ManagerStatus { get; init; }

    /// <summary>The observed role; follows <see cref="NodeSpec.DesiredRole"/>.</summary>
    public NodeRole Role { get; init; }

    /// <summary>Its certificate; null before it asked for one.</summary>
    public NodeCertificate? Certificate { get; init; }

    /// <summary>
    /// Address on the ingress network as managers before Docker 18 wrote it; they are in <see cref="Attachments"/> now.
    /// </summary>
    public NetworkAttachment? Attachment { get; init; }

    /// <summary>Addresses on overlay networks.</summary>
    public ValueList<NetworkAttachment> Attachments { get; init; }

    /// <summary>UDP port of the overlay data path; 0 means 4789.</summary>
    public int VxlanPort { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Node;
}
