using Swarm.Certificates;
using Swarm.Certificates.Access;

namespace Swarm.Core.Tests.Certificates;

public sealed class RpcAuthorizationTests
{
    private const string Service = "/docker.swarmkit.v1.";
    private const string MeshWatch = "/swarm.mesh.v1.Mesh/Watch";

    private static readonly CertificateSubject Manager = new(new("m"), NodeRole.Manager, new("swarm1"));
    private static readonly CertificateSubject Worker = new(new("w"), NodeRole.Worker, new("swarm1"));
    private static readonly SwarmMembers Swarm = new(new("swarm1"), [new("removed", default)]);

    /// <summary>Method, and who may call it: nobody in particular, workers, managers; and whether it goes to the leader.</summary>
    public static TheoryData<string, bool, bool, bool, bool> Table => new()
    {
        { "CA/GetRootCACertificate", true, true, true, true },
        { "CA/GetUnlockKey", false, false, true, true },
        { "NodeCA/IssueNodeCertificate", true, true, true, true },
        { "NodeCA/NodeCertificateStatus", true, true, true, true },
        { "Dispatcher/Session", false, true, true, true },
        { "Dispatcher/Heartbeat", false, true, true, true },
        { "Dispatcher/UpdateTaskStatus", false, true, true, true },
        { "Dispatcher/UpdateVolumeStatus", false, true, true, true },
        { "Dispatcher/Tasks", false, true, true, true },
        { "Dispatcher/Assignments", false, true, true, true },
        { "LogBroker/ListenSubscriptions", false, true, true, true },
        { "LogBroker/PublishLogs", false, true, true, true },
        { "ResourceAllocator/AttachNetwork", false, true, true, true },
        { "ResourceAllocator/DetachNetwork", false, true, true, true },
        { "Control/GetNode", false, false, true, true },
        { "Control/ListNodes", false, false, true, true },
        { "Control/UpdateNode", false, false, true, true },
        { "Control/RemoveNode", false, false, true, true },
        { "Control/GetTask", false, false, true, true },
        { "Control/ListTasks", false, false, true, true },
        { "Control/GetService", false, false, true, true },
        { "Control/ListServices", false, false, true, true },
        { "Control/CreateService", false, false, true, true },
        { "Control/UpdateService", false, false, true, true },
        { "Control/RemoveService", false, false, true, true },
        { "Control/ListServiceStatuses", false, false, true, true },
        { "Control/GetNetwork", false, false, true, true },
        { "Control/ListNetworks", false, false, true, true },
        { "Control/GetCluster", false, false, true, true },
        { "Control/ListClusters", false, false, true, true },
        { "Control/UpdateCluster", false, false, true, true },
        { "Control/GetSecret", false, false, true, true },
        { "Control/UpdateSecret", false, false, true, true },
        { "Control/ListSecrets", false, false, true, true },
        { "Control/CreateSecret", false, false, true, true },
        { "Control/RemoveSecret", false, false, true, true },
        { "Control/GetConfig", false, false, true, true },
        { "Control/UpdateConfig", false, false, true, true },
        { "Control/ListConfigs", false, false, true, true },
        { "Control/CreateConfig", false, false, true, true },
        { "Control/RemoveConfig", false, false, true, true },
        { "Logs/SubscribeLogs", false, false, true, true },
        { "RaftMembership/Join", false, false, true, true },
        { "RaftMembership/Leave", false, false, true, true },
        { "Raft/ProcessRaftMessage", false, false, true, false },
        { "Raft/StreamRaftMessage", false, false, true, false },
        { "Raft/ResolveAddress", false, false, true, false },
        { "Health/Check", false, false, true, false },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_method_knows_its_callers(string method, bool anyone, bool worker, bool manager, bool goesToLeader)
    {
        var name = Service + method;
        Assert.Equal(anyone, MayCall(name, RpcPeer.Anonymous));
        Assert.Equal(worker, MayCall(name, RpcPeer.With(Worker)));
        Assert.Equal(manager, MayCall(name, RpcPeer.With(Manager)));
        Assert.Equal(goesToLeader, RpcAccess.For(name)!.Value.GoesToLeader);

        // Of another swarm, or removed: as without a certificate.
        Assert.Equal(anyone, MayCall(name, RpcPeer.With(Manager with { ClusterId = new("swarm2") })));
        Assert.Equal(anyone, MayCall(name, RpcPeer.With(Manager with { NodeId = new("removed") })));

        // Through a manager.
        Assert.Equal(worker, MayCall(name, Through(Manager, Worker)));
        Assert.Equal(manager, MayCall(name, Through(Manager, Manager)));
        Assert.Equal(anyone, MayCall(name, Through(Worker, Manager)));
        Assert.Equal(anyone, MayCall(name, Through(Manager with { ClusterId = new("swarm2") }, Manager)));
        Assert.Equal(anyone, MayCall(name, Through(Manager with { NodeId = new("removed") }, Manager)));
        Assert.Equal(anyone, MayCall(name, Through(Manager, Manager with { ClusterId = new("swarm2") })));
        Assert.Equal(anyone, MayCall(name, Through(Manager, Manager with { NodeId = new("removed") })));
    }

    [Fact]
    public void The_table_has_no_other_methods() =>
        Assert.Equal(
            Table.Select(row => Service + (string)row[0]).Append(MeshWatch).Order(),
            RpcAccess.Methods.Order());

    [Fact]
    public void Every_member_may_watch_the_mesh_and_nobody_else()
    {
        Assert.True(MayCall(MeshWatch, RpcPeer.With(Worker)));
        Assert.True(MayCall(MeshWatch, RpcPeer.With(Manager)));
        Assert.True(MayCall(MeshWatch, Through(Manager, Worker)));
        Assert.False(MayCall(MeshWatch, RpcPeer.Anonymous));
        Assert.False(MayCall(MeshWatch, RpcPeer.With(Worker with { NodeId = new("removed") })));
        Assert.True(RpcAccess.For(MeshWatch)!.Value.GoesToLeader);
    }

    [Theory]
    [InlineData("/docker.swarmkit.v1.Control/CreateVolume")]
    [InlineData("/docker.swarmkit.v1.Watch/Watch")]
    [InlineData("/docker.swarmkit.v1.ca/getunlockkey")]
    [InlineData("")]
    public void What_is_not_listed_is_for_the_managers_own_socket(string method)
    {
        Assert.False(MayCall(method, RpcPeer.With(Manager)));
        Assert.Equal(Manager.NodeId, RpcAuthorization.Authorize(method, RpcPeer.OnSocketOf(Manager), Swarm));
    }

    [Fact]
    public void A_call_counts_for_the_node_on_whose_behalf_it_is_made()
    {
        const string method = Service + "Dispatcher/Session";
        Assert.Equal(Worker.NodeId, RpcAuthorization.Authorize(method, RpcPeer.With(Worker), Swarm));
        Assert.Equal(Worker.NodeId, RpcAuthorization.Authorize(method, Through(Manager, Worker), Swarm));
        Assert.True(RpcAuthorization.Authorize(Service + "CA/GetRootCACertificate", RpcPeer.Anonymous, Swarm).IsEmpty);
    }

    [Theory]
    [InlineData("", "swarm-worker", "swarm1")]
    [InlineData("w", "", "swarm1")]
    [InlineData("w", "swarm-worker", "")]
    public void Half_a_forwarded_caller_is_none(string name, string unit, string organization) => AssertDenied(
        new(Manager, new ForwardedCaller(name, unit.Length == 0 ? [] : [unit], organization)),
        "Permission denied: missing information in forwarded request");

    [Fact]
    public void A_refusal_says_what_is_wrong()
    {
        AssertDenied(
            RpcPeer.Anonymous,
            "Permission denied: unauthorized peer role: no client certificates in request");
        AssertDenied(
            RpcPeer.With(Worker with { NodeId = new("removed") }),
            "Permission denied: node removed was removed from swarm");
        AssertDenied(
            RpcPeer.With(Worker with { ClusterId = new("swarm2") }),
            "Permission denied: unauthorized peer role: remote certificate not part of organization: swarm1");
        AssertDenied(
            Through(Worker, Worker),
            "Permission denied: unauthorized forwarder role: Permission denied: unauthorized peer role: "
            + "remote certificate not part of OUs: [swarm-manager]");
        AssertDenied(
            new(Manager, new ForwardedCaller("x", ["swarm-ca"], "swarm1")),
            "Permission denied: unauthorized forwarded role, expecting: [swarm-worker swarm-manager]");
    }

    private static RpcPeer Through(CertificateSubject manager, CertificateSubject caller) => new(
        manager,
        new ForwardedCaller(caller.NodeId.Value, [caller.Unit], caller.ClusterId.Value));

    private static bool MayCall(string method, RpcPeer peer)
    {
        try
        {
            RpcAuthorization.Authorize(method, peer, Swarm);
            return true;
        }
        catch (SwarmException refusal)
        {
            Assert.Equal(SwarmErrorCode.PermissionDenied, refusal.Code);
            return false;
        }
    }

    private static void AssertDenied(RpcPeer peer, string text) => Assert.Equal(
        text,
        Assert.Throws<SwarmException>(
            () => RpcAuthorization.Authorize(Service + "Dispatcher/Session", peer, Swarm)).Message);
}
