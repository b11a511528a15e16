namespace Swarm;

/// <summary>Settings of a swarm; defaults are SwarmKit's.</summary>
public sealed record ClusterSpec
{
    /// <summary>Name; always <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Labels.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Custom index entries; only programs that embed the swarm use them.</summary>
    public ValueList<IndexEntry> Indices { get; init; }

    /// <summary>Who was let in without approval; SwarmKit keeps it from before join tokens and reads it no more.</summary>
    public ValueList<RoleAdmission> AcceptancePolicy { get; init; }

    /// <summary>Tasks kept per slot, the running one included; negative keeps all.</summary>
    /// <value>Default 5.</value>
    public long TaskHistoryRetentionLimit { get; init; } = 5;

    /// <summary>Log settings.</summary>
    public RaftSettings Raft { get; init; } = new();

    /// <summary>Time between heartbeats of agents.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Certificate settings.</summary>
    public CaConfig CaConfig { get; init; } = new();

    /// <summary>Log driver of tasks that name none.</summary>
    public Driver? DefaultLogDriver { get; init; }

    /// <summary>Managers need the unlock key after a restart.</summary>
    public bool AutoLockManagers { get; init; }
}

/// <summary>Settings of the replicated log; defaults are SwarmKit's.</summary>
/// <param name="SnapshotInterval">Entries between snapshots.</param>
/// <param name="KeepOldSnapshots">Snapshots kept besides the newest.</param>
/// <param name="LogEntriesForSlowFollowers">Entries kept behind a snapshot.</param>
/// <param name="ElectionTick">Ticks without a leader before an election.</param>
/// <param name="HeartbeatTick">Ticks between heartbeats of the leader.</param>
public sealed record RaftSettings(
    ulong SnapshotInterval = 10_000,
    ulong KeepOldSnapshots = 0,
    ulong LogEntriesForSlowFollowers = 500,
    int ElectionTick = 10,
    int HeartbeatTick = 1);

/// <summary>Settings of the certificate authority.</summary>
public sealed record CaConfig
{
    /// <summary>Life of node certificates; at least one hour.</summary>
    /// <value>Default 90 days (2160 h).</value>
    public TimeSpan NodeCertExpiry { get; init; } = TimeSpan.FromHours(2160);

    /// <summary>External authorities.</summary>
    public ValueList<ExternalCa> ExternalCas { get; init; }

    /// <summary>Wanted root certificate (PEM); empty means the current one.</summary>
    public string SigningCaCertificate { get; init; } = "";

    /// <summary>Key of <see cref="SigningCaCertificate"/>; never shown by reads.</summary>
    public string SigningCaKey { get; init; } = "";

    /// <summary>A counter; raising it rotates the root.</summary>
    public ulong ForceRotate { get; init; }
}

/// <summary>An external certificate authority.</summary>
/// <param name="Protocol">Protocol: <c>cfssl</c>.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="Options">Options.</param>
/// <param name="CaCertificate">Root certificate it signs for (PEM).</param>
public sealed record ExternalCa(
    string Protocol,
    string Url,
    ValueDictionary<string> Options = default,
    string CaCertificate = "");

/// <summary>How nodes of a role were let in before there were join tokens.</summary>
/// <param name="Role">The role.</param>
/// <param name="AutoAccept">Without approval.</param>
/// <param name="Secret">Secret they had to know; null for none.</param>
public sealed record RoleAdmission(NodeRole Role, bool AutoAccept, AdmissionSecret? Secret = null);

/// <summary>A secret of <see cref="RoleAdmission"/>.</summary>
/// <param name="Data">The secret or its hash.</param>
/// <param name="Algorithm">How it is hashed; empty for plain text.</param>
public sealed record AdmissionSecret(ValueList<byte> Data, string Algorithm = "")
{
    /// <summary>Nothing of the secret.</summary>
    /// <returns>A description without the secret.</returns>
    public override string ToString() => $"AdmissionSecret {{ {Data.Count} bytes }}";
}
