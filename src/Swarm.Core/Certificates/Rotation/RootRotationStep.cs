using Swarm.Storage;

namespace Swarm.Certificates.Rotation;

/// <summary>What the next step of a rotation is.</summary>
/// <param name="IsDone">Every node is on the new root.</param>
/// <param name="ToAsk">Nodes to ask for a renewal now.</param>
internal sealed record RootRotationStep(bool IsDone, IReadOnlyList<NodeId> ToAsk)
{
    /// <summary>Most nodes asked in one step (SwarmKit's number).</summary>
    public const int MaxAsked = 30;

    /// <summary>Decides from what nodes report and where their certificates stand.</summary>
    public static RootRotationStep Next(RootCa root, IEnumerable<Node> nodes)
    {
        var wanted = TlsInfo.Wanted(root);
        var behind = nodes.Where(node => IsBehind(node, wanted)).ToList();
        return new(
            behind.Count == 0,
            [.. behind.Where(IsFreeToAsk).Take(MaxAsked).Select(node => node.Id)]);
    }

    /// <summary>True while a node keeps the rotation from ending.</summary>
    /// <remarks>A node that waits for approval has no certificate yet; it gets one by the new root.</remarks>
    public static bool IsBehind(Node node, NodeTlsInfo wanted) => !TlsInfo.HasIssuer(node, wanted)
        && !(node.Spec.Membership == NodeMembership.Pending && node.Certificate is not { Pem.IsEmpty: false });

    /// <summary>Asks a node, unless it is at it already.</summary>
    public static void Ask(StoreTransaction transaction, NodeId id)
    {
        if (transaction.Nodes.Find(id.Value) is { } node && IsFreeToAsk(node))
        {
            var certificate = node.Certificate ?? new(node.Role, default, IssuanceState.Unknown, "", default, id.Value);
            transaction.Update(node with { Certificate = certificate with { State = IssuanceState.Rotate } });
        }
    }

    /// <summary>Puts the new root in force, with new join tokens, unless the rotation is not what it was.</summary>
    /// <returns>True when it is in force.</returns>
    public static bool Finish(StoreTransaction transaction, RootRotation rotation, RandomBytes random)
    {
        if (transaction.Cluster is not { } cluster
            || cluster.RootCa.Rotation != rotation
            || !Next(cluster.RootCa, transaction.Nodes.All).IsDone)
        {
            return false;
        }

        var root = RootCertificate.WithTokens(rotation.Certificate, rotation.PrivateKey, random);
        transaction.Update(cluster with
        {
            RootCa = root with { LastForcedRotation = cluster.RootCa.LastForcedRotation },

            // The digest in them is the old root's.
            Spec = cluster.Spec with { Labels = Authority.JoinTokenLabels.Without(cluster.Spec.Labels) },
        });
        return true;
    }

    private static bool IsFreeToAsk(Node node) => node.Certificate?.State
        is not (IssuanceState.Renew or IssuanceState.Pending or IssuanceState.Rotate);
}
