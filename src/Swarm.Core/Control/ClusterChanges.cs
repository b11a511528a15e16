using Swarm.Certificates;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What updating the settings of the swarm does to the store.</summary>
internal static class ClusterChanges
{
    public static Cluster Update(
        StoreTransaction transaction,
        ObjectVersion version,
        ClusterSpec spec,
        TokenRotation rotate,
        RandomBytes random)
    {
        var cluster = transaction.Cluster
            ?? throw SwarmException.NotFound($"cluster {ClusterRules.Name} not found");
        RequireSameAuthority(spec.CaConfig, cluster.Spec.CaConfig);
        return transaction.Update(cluster with
        {
            Version = version,
            Spec = spec,
            BlacklistedCertificates = NodeChanges.WithoutOutdated(cluster.BlacklistedCertificates, transaction.Now),
            RootCa = RotateTokens(cluster.RootCa, rotate, random),
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

    // Refused rather than stored without effect.
    private static void RequireSameAuthority(CaConfig wanted, CaConfig current)
    {
        if (wanted.ForceRotate != current.ForceRotate || wanted.SigningCaCertificate.Length > 0)
        {
            throw new SwarmException(
                SwarmErrorCode.Unimplemented,
                "rotating the root certificate is not supported by this version yet");
        }

        if (!wanted.ExternalCas.IsEmpty)
        {
            throw new SwarmException(
                SwarmErrorCode.Unimplemented,
                "external certificate authorities are not supported by this version yet");
        }
    }
}
