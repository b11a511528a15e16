using Swarm.Certificates;
using Swarm.Certificates.Rotation;

namespace Swarm;

/// <summary>How far the replacement of the root certificate has come, node by node.</summary>
/// <param name="InProgress">A rotation is under way.</param>
/// <param name="Nodes">Every node of the swarm, by id; the rotation ends when all are <see cref="NodeRotationState.Done"/>.</param>
public sealed record RootRotationStatus(bool InProgress, ValueList<NodeRotation> Nodes)
{
    internal static RootRotationStatus Of(Cluster cluster, IEnumerable<Node> nodes)
    {
        var wanted = TlsInfo.Wanted(cluster.RootCa);
        return new(
            cluster.RootCa.Rotation is not null,
            nodes.Select(node => new NodeRotation(
                node.Id,
                node.Description?.Hostname ?? "",
                StateOf(node, wanted))).ToValueList());
    }

    private static NodeRotationState StateOf(Node node, NodeTlsInfo wanted) => node switch
    {
        _ when !RootRotationStep.IsBehind(node, wanted) => NodeRotationState.Done,
        { Status.State: NodeState.Down } => NodeRotationState.Unreachable,
        { Certificate.State: IssuanceState.Rotate or IssuanceState.Renew or IssuanceState.Pending } =>
            NodeRotationState.Asked,
        _ => NodeRotationState.Waiting,
    };
}

/// <summary>Where a node stands in a rotation.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Hostname">Its host name; empty until it has registered.</param>
/// <param name="State">How far it is.</param>
public sealed record NodeRotation(NodeId NodeId, string Hostname, NodeRotationState State);

/// <summary>How far a node is in a rotation.</summary>
public enum NodeRotationState
{
    /// <summary>Not yet asked for a renewal.</summary>
    Waiting = 0,

    /// <summary>Asked, and has not reported a certificate by the new root yet.</summary>
    Asked = 1,

    /// <summary>Holds a certificate by the new root.</summary>
    Done = 2,

    /// <summary>Down, so it cannot renew: start it, or remove it from the swarm; the rotation waits for it.</summary>
    Unreachable = 3,
}
