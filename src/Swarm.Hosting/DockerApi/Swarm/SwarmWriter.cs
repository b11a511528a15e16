using System.Security.Cryptography;
using Swarm.Certificates;

namespace Swarm.Hosting.DockerApi;

/// <summary>Shows the swarm.</summary>
internal static class SwarmWriter
{
    private const string DefaultAddressPool = "10.0.0.0/8";
    private const int DefaultSubnetSize = 24;
    private const int DefaultDataPathPort = 4789;

    /// <summary>A swarm that does not answer.</summary>
    public static SwarmDocument Nothing { get; } = new()
    {
        Spec = new()
        {
            Orchestration = new(),
            Raft = new() { ElectionTick = 0, HeartbeatTick = 0 },
            Dispatcher = new(),
            CaConfig = new(),
            TaskDefaults = new(),
            EncryptionConfig = new() { AutoLockManagers = false },
        },
    };

    /// <summary>With what lets nodes in: <c>GET /swarm</c>.</summary>
    public static SwarmDocument WriteWithTokens(Cluster cluster) => Write(cluster) with
    {
        JoinTokens = new JoinTokensDocument(cluster.RootCa.WorkerJoinToken, cluster.RootCa.ManagerJoinToken),
    };

    /// <summary>Without secrets: <c>GET /info</c>.</summary>
    public static SwarmDocument Write(Cluster cluster) => new()
    {
        Id = cluster.Id.ToString(),
        Version = new IndexDocument(cluster.Version.Index),
        CreatedAt = cluster.CreatedAt,
        UpdatedAt = cluster.UpdatedAt,
        Spec = Write(cluster.Spec),
        TlsInfo = WriteTlsInfo(cluster.RootCa),
        RootRotationInProgress = cluster.RootCa.Rotation is not null,
        DefaultAddrPool = cluster.DefaultAddressPool.OrNull() ?? [DefaultAddressPool],
        SubnetSize = cluster.SubnetSize == 0 ? DefaultSubnetSize : cluster.SubnetSize,
        DataPathPort = cluster.VxlanPort == 0 ? DefaultDataPathPort : cluster.VxlanPort,
    };

    private static SwarmSpecDocument Write(ClusterSpec spec) => new()
    {
        Name = spec.Name,
        Labels = spec.Labels.OrEmpty(),
        Orchestration = new() { TaskHistoryRetentionLimit = spec.TaskHistoryRetentionLimit },
        Raft = new()
        {
            SnapshotInterval = spec.Raft.SnapshotInterval,
            KeepOldSnapshots = spec.Raft.KeepOldSnapshots,
            LogEntriesForSlowFollowers = spec.Raft.LogEntriesForSlowFollowers,
            ElectionTick = spec.Raft.ElectionTick,
            HeartbeatTick = spec.Raft.HeartbeatTick,
        },
        Dispatcher = new() { HeartbeatPeriod = spec.HeartbeatPeriod.ToNanoseconds() },
        CaConfig = new()
        {
            NodeCertExpiry = spec.CaConfig.NodeCertExpiry.ToNanoseconds(),
            ExternalCas = spec.CaConfig.ExternalCas.OrNull(Write),
            SigningCaCertificate = spec.CaConfig.SigningCaCertificate.OrNull(),
            ForceRotate = spec.CaConfig.ForceRotate == 0 ? null : spec.CaConfig.ForceRotate,
        },
        TaskDefaults = new()
        {
            LogDriver = spec.DefaultLogDriver is { } driver
                ? new DriverDocument { Name = driver.Name, Options = driver.Options.OrNull() }
                : null,
        },
        EncryptionConfig = new() { AutoLockManagers = spec.AutoLockManagers },
    };

    private static ExternalCaDocument Write(ExternalCa ca) => new()
    {
        Protocol = ca.Protocol,
        Url = ca.Url,
        Options = ca.Options.OrNull(),
        CaCertificate = ca.CaCertificate,
    };

    /// <summary>
    /// The trust root, with the subject and key of the wanted issuer, by which the CLI follows a rotation node by node.
    /// </summary>
    private static TlsInfoDocument WriteTlsInfo(RootCa root)
    {
        if (root.Certificate.Length == 0)
        {
            return new TlsInfoDocument();
        }

        try
        {
            var wanted = TlsInfo.Wanted(root);
            return new TlsInfoDocument
            {
                TrustRoot = root.Certificate,
                CertIssuerSubject = wanted.CertificateIssuerSubject.AsSpan().ToArray(),
                CertIssuerPublicKey = wanted.CertificateIssuerPublicKey.AsSpan().ToArray(),
            };
        }
        catch (CryptographicException)
        {
            return new TlsInfoDocument { TrustRoot = root.Certificate };
        }
    }
}
