using System.Collections.Frozen;

namespace Swarm.Certificates.Access;

/// <summary>Who may call a method.</summary>
[Flags]
internal enum RpcRoles
{
    /// <summary>Only over a manager's own socket.</summary>
    None = 0,

    Worker = 1,

    Manager = 2,

    Member = Worker | Manager,

    /// <summary>Callers without a certificate.</summary>
    Anonymous = 4,

    /// <summary>The method decides by itself.</summary>
    Anyone = Anonymous | Member,
}

/// <summary>What is known of a method before it is called.</summary>
/// <param name="Roles">Who may call it.</param>
/// <param name="GoesToLeader">A manager that does not lead passes the call on.</param>
internal readonly record struct RpcRule(RpcRoles Roles, bool GoesToLeader);

/// <summary>Every method of the swarm port, with who may call it. What is not listed may be called by nobody.</summary>
internal static class RpcAccess
{
    private const string Prefix = "/docker.swarmkit.v1.";

    // The one service of our own.
    private const string MeshWatch = "/swarm.mesh.v1.Mesh/Watch";

    private static readonly FrozenDictionary<string, RpcRule> Rules = Table();

    /// <summary>The rule for a method such as <c>/docker.swarmkit.v1.CA/GetUnlockKey</c>; null when there is none.</summary>
    public static RpcRule? For(string method) => Rules.TryGetValue(method, out var rule) ? rule : null;

    /// <summary>All methods, for tests and for servers that check themselves at start.</summary>
    public static IEnumerable<string> Methods => Rules.Keys;

    private static FrozenDictionary<string, RpcRule> Table()
    {
        var rules = new Dictionary<string, RpcRule>(StringComparer.Ordinal);
        Add("CA", RpcRoles.Anyone, true, "GetRootCACertificate");
        Add("CA", RpcRoles.Manager, true, "GetUnlockKey");
        Add("NodeCA", RpcRoles.Anyone, true, "IssueNodeCertificate", "NodeCertificateStatus");
        Add(
            "Dispatcher",
            RpcRoles.Member,
            true,
            "Session",
            "Heartbeat",
            "UpdateTaskStatus",
            "UpdateVolumeStatus",
            "Tasks",
            "Assignments");
        Add("LogBroker", RpcRoles.Member, true, "ListenSubscriptions", "PublishLogs");
        Add("ResourceAllocator", RpcRoles.Member, true, "AttachNetwork", "DetachNetwork");
        Add("Logs", RpcRoles.Manager, true, "SubscribeLogs");
        Add(
            "Control",
            RpcRoles.Manager,
            true,
            [
                "GetNode", "ListNodes", "UpdateNode", "RemoveNode",
                "GetTask", "ListTasks",
                "GetService", "ListServices", "CreateService", "UpdateService", "RemoveService", "ListServiceStatuses",
                "GetNetwork", "ListNetworks",
                "GetCluster", "ListClusters", "UpdateCluster",
                "GetSecret", "UpdateSecret", "ListSecrets", "CreateSecret", "RemoveSecret",
                "GetConfig", "UpdateConfig", "ListConfigs", "CreateConfig", "RemoveConfig",
            ]);
        Add("RaftMembership", RpcRoles.Manager, true, "Join", "Leave");
        Add(
            "Raft",
            RpcRoles.Manager,
            false,
            "ProcessRaftMessage",
            "StreamRaftMessage",
            "ResolveAddress");
        Add("Health", RpcRoles.Manager, false, "Check");
        rules.Add(MeshWatch, new(RpcRoles.Member, GoesToLeader: true));
        return rules.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(string service, RpcRoles roles, bool goesToLeader, params ReadOnlySpan<string> methods)
        {
            foreach (var method in methods)
            {
                rules.Add($"{Prefix}{service}/{method}", new(roles, goesToLeader));
            }
        }
    }
}
