using Swarm.Certificates;
using Swarm.Certificates.Authority;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What updating the settings of the swarm does to the store.</summary>
internal static class ClusterChanges
{
    public static Cluster Update(
        StoreTransaction transaction,
        ObjectVersion version,
        ClusterSpec spec,
        RootDecision root,
        TokenRotation rotate,
        RandomBytes random)
    {
        var cluster = transaction.Cluster
            ?? throw SwarmException.NotFound($"cluster {ClusterRules.Name} not found");
        if (cluster.RootCa != root.Before)
        {
            // Decided on a root that is no longer what it was.
            throw new SwarmException(SwarmErrorCode.UpdateOutOfSequence, "update out of sequence");
        }

        return transaction.Update(cluster with
        {
            Version = version,
            Spec = spec with { Labels = JoinTokenLabels.Keep(spec.Labels, cluster.Spec.Labels) },
            BlacklistedCertificates = NodeChanges.WithoutOutdated(cluster.BlacklistedCertificates, transaction.Now),
            RootCa = RotateTokens(root.After, rotate, random),
            UnlockKey = UnlockKeyFor(cluster.UnlockKey, spec.AutoLockManagers, rotate, random),
        });
    }

    /// <summary>The key after an update: none without auto-lock, a new one if there was none or on rotation.</summary>
    public static ValueList<byte> UnlockKeyFor(
        ValueList<byte> current,
        bool autoLock,
        TokenRotation rotate,
        RandomBytes random)
    {
        if (!autoLock)
        {
            return default;
        }

        return current.IsEmpty || rotate.HasFlag(TokenRotation.ManagerUnlockKey) ? UnlockKey.Create(random) : current;
    }

    private static RootCa RotateTokens(RootCa root, TokenRotation rotate, RandomBytes random) => root with
    {
        WorkerJoinToken = rotate.HasFlag(TokenRotation.WorkerToken)
            ? JoinToken.Create(root.Certificate, random).ToString()
            : root.WorkerJoinToken,
        ManagerJoinToken = rotate.HasFlag(TokenRotation.ManagerToken)
            ? JoinToken.Create(root.Certificate, random).ToString()
            : root.ManagerJoinToken,
    };
}

/// <summary>What an update of the settings means for the certificate authority.</summary>
/// <param name="Before">The authority that the decision was made on.</param>
/// <param name="After">The authority once the settings are in force.</param>
internal sealed record RootDecision(RootCa Before, RootCa After);
