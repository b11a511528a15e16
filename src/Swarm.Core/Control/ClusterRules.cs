namespace Swarm.Control;

/// <summary>The rules for the settings of a swarm.</summary>
internal static class ClusterRules
{
    public const string Name = "default";

    /// <summary>The most snapshots that a manager keeps besides the newest.</summary>
    public const ulong MaxOldSnapshots = 100;

    private const int MaxSubnetSize = 29;
    private const int DefaultSubnetSize = 24;
    private static readonly TimeSpan MinCertificateExpiry = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxHeartbeatPeriod = TimeSpan.FromHours(24);

    /// <summary>The settings with defaults where zero has no meaning of its own.</summary>
    public static ClusterSpec WithDefaults(ClusterSpec spec)
    {
        var defaults = new ClusterSpec();
        var raft = spec.Raft;
        return spec with
        {
            HeartbeatPeriod = spec.HeartbeatPeriod == TimeSpan.Zero ? defaults.HeartbeatPeriod : spec.HeartbeatPeriod,
            CaConfig = spec.CaConfig.NodeCertExpiry == TimeSpan.Zero
                ? spec.CaConfig with { NodeCertExpiry = defaults.CaConfig.NodeCertExpiry }
                : spec.CaConfig,
            Raft = raft with
            {
                SnapshotInterval = raft.SnapshotInterval == 0 ? defaults.Raft.SnapshotInterval : raft.SnapshotInterval,
                LogEntriesForSlowFollowers = raft.LogEntriesForSlowFollowers == 0
                    ? defaults.Raft.LogEntriesForSlowFollowers
                    : raft.LogEntriesForSlowFollowers,
                ElectionTick = raft.ElectionTick == 0 ? defaults.Raft.ElectionTick : raft.ElectionTick,
                HeartbeatTick = raft.HeartbeatTick == 0 ? defaults.Raft.HeartbeatTick : raft.HeartbeatTick,
            },
        };
    }

    /// <summary>Checks settings that have their defaults.</summary>
    /// <exception cref="SwarmException">They break a rule.</exception>
    public static void Validate(ClusterSpec spec)
    {
        Rule.Require(
            spec.CaConfig.NodeCertExpiry >= MinCertificateExpiry,
            "minimum certificate expiry time is: 1h0m0s");
        Rule.Require(
            spec.HeartbeatPeriod >= TimeSpan.Zero,
            "heartbeat time period cannot be a negative duration");
        Rule.Require(spec.HeartbeatPeriod <= MaxHeartbeatPeriod, "heartbeat time period cannot be more than 24h");
        Rule.Require(spec.Name == Name, "modification of cluster name is not allowed");
        Rule.Require(
            spec.Raft.HeartbeatTick > 0 && spec.Raft.ElectionTick > spec.Raft.HeartbeatTick,
            "the election tick must be greater than the heartbeat tick");
        Rule.Require(
            spec.Raft.KeepOldSnapshots <= MaxOldSnapshots,
            $"at most {MaxOldSnapshots} old snapshots can be kept, not {spec.Raft.KeepOldSnapshots}");
        SpecSize.Check("swarm", SpecSize.Of(spec.Labels));
        Rule.Require(
            spec.CaConfig.SigningCaKey.Length == 0 || spec.CaConfig.SigningCaCertificate.Length > 0,
            "if a signing CA key is provided, the signing CA cert must also be provided");
    }

    /// <summary>Checks the address pools of a new swarm.</summary>
    /// <exception cref="SwarmException">They cannot be used.</exception>
    public static void ValidatePools(ValueList<string> pools, int subnetSize)
    {
        var size = subnetSize == 0 ? DefaultSubnetSize : subnetSize;
        Rule.Require(size is > 0 and <= MaxSubnetSize, $"subnet size is out of range: {size}");
        foreach (var pool in pools)
        {
            Rule.Require(
                System.Net.IPNetwork.TryParse(pool, out var network),
                $"invalid CIDR: {Quoted.Of(pool)}");
            Rule.Require(
                network.PrefixLength <= size,
                $"invalid CIDR: {Quoted.Of(pool)}. Subnet size is too small for pool: {size}");
        }
    }

    /// <summary>Checks the port of the overlay data path.</summary>
    /// <exception cref="SwarmException">It cannot be used.</exception>
    public static void ValidateVxlanPort(int port) =>
        Rule.Require(
            port is 0 or (>= 1024 and <= 49_151),
            $"Datapath port number is not in valid range (1024-49151) : {port}");
}
