using System.Security.Cryptography;
using System.Text;
using Swarm.Certificates;
using Swarm.Certificates.Access;
using Swarm.Certificates.Authority;
using Swarm.Control;

namespace Swarm.Core.Tests.Certificates;

public sealed class CertificateAuthorityTests
{
    [Fact]
    public void A_node_that_joins_is_pending_until_its_certificate_is_signed()
    {
        using var swarm = new AuthorityFixture();
        swarm.StopLeading();
        var answer = swarm.Issue(swarm.Cluster.RootCa.WorkerJoinToken);
        var node = swarm.Find(answer.NodeId);
        Assert.Equal(IssuanceState.Pending, node.Certificate!.State);
        Assert.Equal((answer.NodeId.Value, NodeAvailability.Active), (node.Certificate.CommonName, node.Spec.Availability));

        swarm.Lead();

        var issued = Status(swarm, answer.NodeId);
        Assert.Equal(IssuanceState.Issued, issued.State);
        Assert.Equal(
            new CertificateSubject(answer.NodeId, NodeRole.Worker, swarm.Cluster.Id),
            CertificateChain.Check(Pem(issued), swarm.Cluster.RootCa.Certificate, swarm.Now).Subject);
    }

    [Fact]
    public void A_node_joins_with_the_availability_it_asks_for()
    {
        using var swarm = new AuthorityFixture();
        var answer = swarm.Simulation.Run(() => swarm.Authority.IssueAsync(
            new(
                AuthorityFixture.Bytes(SigningRequest.Create().Request),
                swarm.Cluster.RootCa.WorkerJoinToken,
                NodeAvailability.Drain),
            RpcPeer.Anonymous,
            CancellationToken.None));

        Assert.Equal(NodeAvailability.Drain, swarm.Find(answer.NodeId).Spec.Availability);
    }

    [Fact]
    public void Scenario_094_A_member_renews_without_a_token_and_keeps_its_id()
    {
        using var swarm = new AuthorityFixture();
        var self = swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken);

        var answer = swarm.Issue("", RpcPeer.With(self.Subject));

        Assert.Equal(self.NodeId, answer.NodeId);
        Assert.Single(swarm.Store.Current.Nodes);
        Assert.NotEqual(self.Certificate, Pem(Status(swarm, self.NodeId)));
    }

    [Fact]
    public void Scenario_094_A_member_of_another_swarm_does_not()
    {
        using var swarm = new AuthorityFixture();
        var self = swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken);
        var refusal = swarm.Refuses("", RpcPeer.With(self.Subject with { ClusterId = new("elsewhere") }));
        Assert.Equal(SwarmErrorCode.PermissionDenied, refusal.Code);
    }

    [Fact]
    public void Scenario_094_A_removed_node_does_not_come_back_with_its_certificate()
    {
        using var swarm = new AuthorityFixture();
        var self = swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken);
        swarm.Change(transaction => NodeChanges.Remove(transaction, self.NodeId, force: true, _ => null));

        var refusal = swarm.Refuses("", RpcPeer.With(self.Subject));

        Assert.Equal($"Permission denied: node {self.NodeId} was removed from swarm", refusal.Message);
        Assert.Equal(self.NotAfter, swarm.Cluster.BlacklistedCertificates[self.NodeId.Value]);
        Assert.Empty(swarm.Store.Current.Nodes);
    }

    [Fact]
    public void A_node_that_is_removed_while_it_renews_is_listed_until_its_certificate_ends()
    {
        using var swarm = new AuthorityFixture();
        var self = swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken);
        swarm.StopLeading();
        swarm.Issue("", RpcPeer.With(self.Subject));
        swarm.Change(transaction => NodeChanges.Remove(transaction, self.NodeId, force: true, _ => null));

        Assert.Equal(self.NotAfter, swarm.Cluster.BlacklistedCertificates[self.NodeId.Value]);
    }

    [Fact]
    public void A_node_that_was_never_there_does_not_renew()
    {
        using var swarm = new AuthorityFixture();
        var refusal = swarm.Refuses("", RpcPeer.With(new(new("ghost"), NodeRole.Worker, swarm.Cluster.Id)));
        Assert.Equal("node ghost not found when attempting to renew certificate", refusal.Message);
        Assert.Equal(SwarmErrorCode.NotFound, refusal.Code);
    }

    [Fact]
    public void A_promoted_node_renews_as_a_manager_and_a_demoted_one_when_it_has_left_the_log()
    {
        using var swarm = new AuthorityFixture();
        var self = swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken);
        SetRole(swarm, self.NodeId, NodeRole.Manager);
        swarm.Issue("", RpcPeer.With(self.Subject));
        Assert.Equal(NodeRole.Manager, Status(swarm, self.NodeId).Role);
        Assert.Equal(NodeRole.Manager, swarm.Find(self.NodeId).Role);

        SetRole(swarm, self.NodeId, NodeRole.Worker);
        swarm.Issue("", RpcPeer.With(self.Subject));
        Assert.Equal(NodeRole.Manager, Status(swarm, self.NodeId).Role);

        swarm.Change(transaction =>
            transaction.Update(transaction.Nodes.Find(self.NodeId.Value)! with { Role = NodeRole.Worker }));
        swarm.Issue("", RpcPeer.With(self.Subject));
        Assert.Equal(NodeRole.Worker, Status(swarm, self.NodeId).Role);
    }

    [Fact]
    public void A_call_waits_for_a_certificate_but_not_for_ever()
    {
        using var swarm = new AuthorityFixture();
        swarm.StopLeading();
        var answer = swarm.Issue(swarm.Cluster.RootCa.WorkerJoinToken);

        var before = swarm.Now;
        Assert.Equal(IssuanceState.Pending, Status(swarm, answer.NodeId).State);

        Assert.Equal(TimeSpan.FromSeconds(30), swarm.Now - before);
        Assert.Equal(
            SwarmErrorCode.NotFound,
            Assert.Throws<SwarmException>(() => Status(swarm, new("ghost"))).Code);
        Assert.Equal(
            SwarmErrorCode.InvalidArgument,
            Assert.Throws<SwarmException>(() => Status(swarm, default)).Code);
    }

    [Fact]
    public void Only_so_many_calls_wait()
    {
        using var swarm = new AuthorityFixture(new() { MaxWaiting = 1 });
        swarm.StopLeading();
        var answer = swarm.Issue(swarm.Cluster.RootCa.WorkerJoinToken);
        var first = swarm.Simulation.StartAsync(() => swarm.Authority.GetStatusAsync(answer.NodeId, CancellationToken.None));
        swarm.Simulation.Settle();

        Assert.Equal(
            SwarmErrorCode.ResourceExhausted,
            Assert.Throws<SwarmException>(() => Status(swarm, answer.NodeId)).Code);

        swarm.Lead();
        Assert.True(first.IsCompletedSuccessfully);
        Assert.Equal(IssuanceState.Issued, Status(swarm, answer.NodeId).State);
    }

    [Fact]
    public void A_stolen_token_makes_only_so_many_nodes_that_never_show_up()
    {
        using var swarm = new AuthorityFixture(new() { MaxUnregisteredNodes = 3 });
        var identities = Enumerable.Range(0, 3).Select(_ => swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken)).ToList();
        Assert.Equal(
            "3 nodes have joined this swarm and never registered; if they are not yours, rotate the join tokens, "
            + "then remove them with \"docker node rm\"",
            swarm.Refuses(swarm.Cluster.RootCa.WorkerJoinToken).Message);

        swarm.Register(identities[0]);

        swarm.Issue(swarm.Cluster.RootCa.WorkerJoinToken);
    }

    [Fact]
    public void A_node_does_not_renew_without_end()
    {
        using var swarm = new AuthorityFixture(new() { RenewalBurst = 2 });
        var self = swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken);
        var peer = RpcPeer.With(self.Subject);
        swarm.Issue("", peer);
        swarm.Issue("", peer);
        Assert.Equal(SwarmErrorCode.ResourceExhausted, swarm.Refuses("", peer).Code);

        swarm.Simulation.Advance(TimeSpan.FromSeconds(10));

        swarm.Issue("", peer);
    }

    [Fact]
    public void A_request_that_cannot_be_signed_makes_no_node()
    {
        using var swarm = new AuthorityFixture();
        using var weak = RSA.Create(1024);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=x",
            weak,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1).CreateSigningRequestPem();

        Assert.Equal(
            SwarmErrorCode.InvalidArgument,
            swarm.Refuses(swarm.Cluster.RootCa.WorkerJoinToken, request: request).Code);
        Assert.Empty(swarm.Store.Current.Nodes);
    }

    [Fact]
    public void A_bad_request_that_another_manager_let_through_is_refused_with_the_reason()
    {
        using var swarm = new AuthorityFixture();
        var id = new NodeId(swarm.Ids.Next());
        swarm.Change(transaction => transaction.Create(new Node
        {
            Id = id,
            Certificate = new(NodeRole.Worker, AuthorityFixture.Bytes("junk"), IssuanceState.Pending, "", default, id.Value),
        }));

        var status = Status(swarm, id);

        Assert.Equal(IssuanceState.Failed, status.State);
        Assert.Contains("could not be read", status.Error);
    }

    [Fact]
    public void A_swarm_without_its_key_keeps_requests_and_signs_them_when_it_has_it_again()
    {
        using var swarm = new AuthorityFixture();
        var root = swarm.Cluster.RootCa;
        SetRoot(swarm, root with { PrivateKey = "" });
        var answer = swarm.Issue(root.WorkerJoinToken);
        swarm.Simulation.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(IssuanceState.Pending, swarm.Find(answer.NodeId).Certificate!.State);

        SetRoot(swarm, root);
        swarm.Simulation.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(IssuanceState.Issued, swarm.Find(answer.NodeId).Certificate!.State);
    }

    [Fact]
    public void The_life_of_certificates_is_what_the_settings_say_from_the_next_one_on()
    {
        using var swarm = new AuthorityFixture();
        Assert.Equal(swarm.Now.AddHours(2160), swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken).NotAfter);
        swarm.Update(spec => spec with { CaConfig = spec.CaConfig with { NodeCertExpiry = TimeSpan.FromHours(48) } });

        var self = swarm.Join(swarm.Cluster.RootCa.WorkerJoinToken);

        Assert.Equal((swarm.Now.AddHours(-1), swarm.Now.AddHours(48)), (self.NotBefore, self.NotAfter));
    }

    [Fact]
    public void The_unlock_key_comes_with_the_version_it_is_from()
    {
        using var swarm = new AuthorityFixture();
        Assert.True(swarm.Authority.GetUnlockKey().Key.IsEmpty);

        var cluster = swarm.Update(spec => spec with { AutoLockManagers = true });

        var answer = swarm.Authority.GetUnlockKey();
        Assert.Equal((32, cluster.Version), (answer.Key.Count, answer.Version));
    }

    [Fact]
    public void Before_there_is_a_swarm_callers_are_told_to_come_again()
    {
        using var store = new Swarm.Storage.ClusterStore(new Swarm.Storage.InProcessProposer(), TimeProvider.System);
        var authority = new CertificateAuthority(
            store,
            new Swarm.Identity.RandomIdGenerator(),
            TimeProvider.System,
            new(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<CertificateAuthority>.Instance);
        Assert.Equal(
            SwarmErrorCode.Unavailable,
            Assert.Throws<SwarmException>(() => authority.GetRootCertificate()).Code);
    }

    private static NodeCertificate Status(AuthorityFixture swarm, NodeId id) =>
        swarm.Simulation.Run(() => swarm.Authority.GetStatusAsync(id, CancellationToken.None));

    private static void SetRole(AuthorityFixture swarm, NodeId id, NodeRole role) => swarm.Change(transaction =>
    {
        var node = transaction.Nodes.Find(id.Value)!;
        transaction.Update(node with { Spec = node.Spec with { DesiredRole = role } });
    });

    private static void SetRoot(AuthorityFixture swarm, RootCa root) => swarm.Change(
        transaction => transaction.Update(transaction.Cluster! with { RootCa = root }));

    private static string Pem(NodeCertificate certificate) => Encoding.UTF8.GetString(certificate.Pem.AsSpan());
}
