using System.Security.Cryptography;
using Swarm.Control;
using Swarm.Identity;

namespace Swarm.Hosting.Nodes;

/// <summary>The first objects of a swarm, from what the user asked for.</summary>
internal static class NewSwarm
{
    /// <summary>What clients send that were not told where to listen.</summary>
    public const string DefaultListenAddress = "0.0.0.0:2377";

    /// <summary>What a manager that forms its own swarm asks for.</summary>
    public static SwarmInitRequest RequestOf(SwarmManagerOptions options) => new(
        options.ListenAddress,
        options.AdvertiseAddress ?? "",
        DataPathAddress: "",
        options.DataPathPort,
        ForceNewCluster: false,
        new ClusterSpec
        {
            TaskHistoryRetentionLimit = options.TaskHistoryLimit,
            HeartbeatPeriod = options.HeartbeatPeriod,
            CaConfig = new CaConfig { NodeCertExpiry = options.CertificateLifetime },
        },
        AutoLock: false,
        options.RunTasks ? NodeAvailability.Active : NodeAvailability.Drain,
        options.DefaultAddressPool.ToValueList(),
        options.SubnetSize);

    /// <summary>What a manager that joins another one's swarm asks for.</summary>
    public static SwarmJoinRequest JoinOf(SwarmManagerOptions options) => new(
        options.ListenAddress,
        options.AdvertiseAddress ?? "",
        DataPathAddress: "",
        [options.JoinAddress!],
        options.JoinToken!,
        options.RunTasks ? NodeAvailability.Active : NodeAvailability.Drain);

    /// <summary>
    /// Fills in this node's own addresses where the request names none. A client cannot leave the listen address out;
    /// Docker's default stands for "none".
    /// </summary>
    public static SwarmInitRequest WithDefaults(SwarmInitRequest request, SwarmManagerOptions options) => request with
    {
        ListenAddress = request.ListenAddress == DefaultListenAddress ? options.ListenAddress : request.ListenAddress,
        AdvertiseAddress = request.AdvertiseAddress.Length == 0
            ? options.AdvertiseAddress ?? ""
            : request.AdvertiseAddress,
    };

    /// <summary>The cluster with its first manager.</summary>
    /// <exception cref="SwarmException">The request breaks a rule.</exception>
    public static FoundingNode Describe(SwarmInitRequest request, DateTimeOffset now)
    {
        var addresses = AdvertiseAddress.Resolve(
            request.ListenAddress,
            request.AdvertiseAddress,
            request.DataPathAddress,
            LocalInterface.List()).WithOneDataPath();
        var ids = new RandomIdGenerator();
        var cluster = ClusterFactory.Create(
            new ClusterInit
            {
                Spec = request.Spec with { AutoLockManagers = request.AutoLock || request.Spec.AutoLockManagers },
                DefaultAddressPool = request.DefaultAddressPool,
                SubnetSize = request.SubnetSize,
                VxlanPort = request.DataPathPort,
            },
            ids,
            now,
            RandomNumberGenerator.Fill);
        var self = ClusterFactory.CreateManager(new NodeId(ids.Next()), request.Availability, request.DataPathPort);
        return FoundingNode.Certify(cluster, self, addresses, now);
    }
}
