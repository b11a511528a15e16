namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Settings of the swarm.</summary>
internal static class ClusterSpecMapping
{
    private static readonly ClusterSpec Defaults = new();

    public static Protos.ClusterSpec ToWire(this ClusterSpec spec)
    {
        var wire = new Protos.ClusterSpec
        {
            Annotations = CommonMapping.ToAnnotations(spec.Name, spec.Labels, spec.Indices),
            Orchestration = new() { TaskHistoryRetentionLimit = spec.TaskHistoryRetentionLimit },
            Raft = spec.Raft.ToWire(),
            Dispatcher = new() { HeartbeatPeriod = spec.HeartbeatPeriod.ToWire() },
            CaConfig = spec.CaConfig.ToWire(),
            TaskDefaults = new() { LogDriver = spec.DefaultLogDriver.ToWire() },
            EncryptionConfig = new() { AutoLockManagers = spec.AutoLockManagers },
        };
        wire.AcceptancePolicy = new();
        wire.AcceptancePolicy.Policies.Fill(spec.AcceptancePolicy, ToWire);
        return wire;
    }

    public static ClusterSpec ToRecord(this Protos.ClusterSpec wire)
    {
        var annotations = wire.Annotations.ToRecord();
        return new()
        {
            Name = annotations.Name,
            Labels = annotations.Labels,
            Indices = annotations.Indices,
            AcceptancePolicy = wire.AcceptancePolicy?.Policies.ToList(ToRecord) ?? default,
            TaskHistoryRetentionLimit = wire.Orchestration?.TaskHistoryRetentionLimit ?? 0,
            Raft = (wire.Raft ?? new()).ToRecord(),
            HeartbeatPeriod = wire.Dispatcher?.HeartbeatPeriod.ToOptionalSpan() ?? Defaults.HeartbeatPeriod,
            CaConfig = (wire.CaConfig ?? new()).ToRecord(),
            DefaultLogDriver = wire.TaskDefaults?.LogDriver.ToRecord(),
            AutoLockManagers = wire.EncryptionConfig?.AutoLockManagers ?? false,
        };
    }

    private static Protos.RaftConfig ToWire(this RaftSettings raft) => new()
    {
        SnapshotInterval = raft.SnapshotInterval,
        KeepOldSnapshots = raft.KeepOldSnapshots,
        LogEntriesForSlowFollowers = raft.LogEntriesForSlowFollowers,
        HeartbeatTick = raft.HeartbeatTick.ToUInt32("heartbeat tick"),
        ElectionTick = raft.ElectionTick.ToUInt32("election tick"),
    };

    private static RaftSettings ToRecord(this Protos.RaftConfig wire) => new(
        wire.SnapshotInterval,
        wire.KeepOldSnapshots,
        wire.LogEntriesForSlowFollowers,
        wire.ElectionTick.ToInt32("election tick"),
        wire.HeartbeatTick.ToInt32("heartbeat tick"));

    private static Protos.CAConfig ToWire(this CaConfig config)
    {
        var wire = new Protos.CAConfig
        {
            NodeCertExpiry = config.NodeCertExpiry.ToWire(),
            SigningCaCert = config.SigningCaCertificate.ToWireBytes(),
            SigningCaKey = config.SigningCaKey.ToWireBytes(),
            ForceRotate = config.ForceRotate,
        };
        wire.ExternalCas.Fill(config.ExternalCas, ToWire);
        return wire;
    }

    private static CaConfig ToRecord(this Protos.CAConfig wire) => new()
    {
        NodeCertExpiry = wire.NodeCertExpiry.ToOptionalSpan() ?? Defaults.CaConfig.NodeCertExpiry,
        ExternalCas = wire.ExternalCas.ToList(ToRecord),
        SigningCaCertificate = wire.SigningCaCert.ToText("signing certificate"),
        SigningCaKey = wire.SigningCaKey.ToText("key of the signing certificate"),
        ForceRotate = wire.ForceRotate,
    };

    private static Protos.ExternalCA ToWire(ExternalCa ca)
    {
        var wire = new Protos.ExternalCA
        {
            Protocol = (Protos.ExternalCA.Types.CAProtocol)WireText.CaProtocol.Write(ca.Protocol),
            Url = ca.Url,
            CaCert = ca.CaCertificate.ToWireBytes(),
        };
        wire.Options.Fill(ca.Options);
        return wire;
    }

    private static ExternalCa ToRecord(Protos.ExternalCA wire) => new(
        WireText.CaProtocol.Read((int)wire.Protocol),
        wire.Url,
        wire.Options.ToMap(),
        wire.CaCert.ToText("certificate of the external CA"));

    private static Protos.AcceptancePolicy.Types.RoleAdmissionPolicy ToWire(RoleAdmission admission) => new()
    {
        Role = (Protos.NodeRole)admission.Role,
        Autoaccept = admission.AutoAccept,
        Secret = admission.Secret is { } secret ? new() { Data = secret.Data.ToWire(), Alg = secret.Algorithm } : null,
    };

    private static RoleAdmission ToRecord(Protos.AcceptancePolicy.Types.RoleAdmissionPolicy wire) => new(
        (NodeRole)wire.Role,
        wire.Autoaccept,
        wire.Secret is { } secret ? new(secret.Data.ToBytes(), secret.Alg) : null);
}
