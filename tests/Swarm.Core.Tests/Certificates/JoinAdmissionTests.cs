using System.Security.Cryptography;
using Swarm.Certificates;
using Swarm.Certificates.Access;

namespace Swarm.Core.Tests.Certificates;

public sealed class JoinAdmissionTests : IDisposable
{
    private const string Refusal = "A valid join token is necessary to join this cluster: ";

    private readonly AuthorityFixture _swarm = new();

    public void Dispose() => _swarm.Dispose();

    [Theory]
    [InlineData(NodeRole.Worker)]
    [InlineData(NodeRole.Manager)]
    public void Scenario_092_The_token_decides_the_role(NodeRole role)
    {
        var root = _swarm.Cluster.RootCa;
        var answer = _swarm.Issue(role == NodeRole.Manager ? root.ManagerJoinToken : root.WorkerJoinToken);

        var node = _swarm.Find(answer.NodeId);
        Assert.Equal((role, role), (node.Role, node.Spec.DesiredRole));
        Assert.Equal(NodeMembership.Accepted, answer.Membership);
        Assert.Equal(role, node.Certificate!.Role);
    }

    [Fact]
    public void A_worker_token_makes_no_manager_whatever_the_request_says()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            $"CN=boss, OU=swarm-manager, O={_swarm.Cluster.Id}",
            key,
            HashAlgorithmName.SHA256).CreateSigningRequestPem();

        var answer = _swarm.Issue(_swarm.Cluster.RootCa.WorkerJoinToken, request: request);

        var issued = Status(answer.NodeId);
        var check = CertificateChain.Check(
            System.Text.Encoding.UTF8.GetString(issued.Pem.AsSpan()),
            _swarm.Cluster.RootCa.Certificate,
            _swarm.Now);
        Assert.Equal(new CertificateSubject(answer.NodeId, NodeRole.Worker, _swarm.Cluster.Id), check.Subject);
    }

    [Fact]
    public void Without_a_token_nobody_joins() =>
        AssertRefused("", "none was given");

    [Theory]
    [InlineData("SWMTKN-1-short")]
    [InlineData("SWMTKN-9-0000-0000")]
    [InlineData("hello")]
    public void A_malformed_token_is_called_so(string token) => AssertRefused(
        token,
        "this one is malformed; copy it whole, it looks like SWMTKN-1-<50 characters>-<25 characters>");

    [Fact]
    public void A_token_without_end_is_malformed() => AssertRefused(
        "SWMTKN-1-" + new string('0', 100_000),
        "this one is malformed; copy it whole, it looks like SWMTKN-1-<50 characters>-<25 characters>");

    [Fact]
    public void A_token_of_another_swarm_is_told_by_its_digest()
    {
        var foreign = RootCertificate.Create(_swarm.Now, RandomNumberGenerator.Fill);
        AssertRefused(
            foreign.WorkerJoinToken,
            "this one was made for another root certificate, so for another swarm, or for this one before its root was "
            + $"rotated (its digest is {foreign.CertificateHash}, that of this swarm is "
            + $"{_swarm.Cluster.RootCa.CertificateHash})");
    }

    [Fact]
    public void A_rotated_token_lets_nobody_in_and_the_other_still_does()
    {
        var before = _swarm.Cluster.RootCa;
        _swarm.Update(spec => spec, TokenRotation.WorkerToken);

        AssertRefused(
            before.WorkerJoinToken,
            "this one is of this swarm, but its secret is not, or no longer, valid: it may have been rotated; "
            + "\"docker swarm join-token\" on a manager prints the present one");
        Assert.Equal(NodeRole.Manager, _swarm.Find(_swarm.Issue(before.ManagerJoinToken).NodeId).Role);
        Assert.Equal(NodeRole.Worker, _swarm.Find(_swarm.Issue(_swarm.Cluster.RootCa.WorkerJoinToken).NodeId).Role);
    }

    [Fact]
    public void A_token_gives_labels_that_the_node_does_not_choose()
    {
        var token = Create(new() { Name = "zone-a", NodeLabels = [new("zone", "a")] });

        var node = _swarm.Find(_swarm.Issue(token).NodeId);

        Assert.Equal("a", node.Spec.Labels["zone"]);
        Assert.Equal((NodeRole.Worker, NodeMembership.Accepted), (node.Role, node.Spec.Membership));
    }

    [Fact]
    public void A_token_ends_by_itself_and_says_by_which_clock()
    {
        var token = Create(new() { Name = "today", ExpiresAt = _swarm.Now.AddHours(1) });
        _swarm.Issue(token);
        _swarm.Simulation.Advance(TimeSpan.FromHours(2));

        AssertRefused(
            token,
            "the token today ended at Thu, 01 Jan 2026 01:00:00 UTC, and it is currently "
            + "Thu, 01 Jan 2026 02:00:00 UTC; ask for a new one");
    }

    [Fact]
    public void A_withdrawn_token_lets_nobody_in()
    {
        var token = Create(new() { Name = "gone" });
        _swarm.Simulation.Run(() => _swarm.Operations.RemoveJoinTokenAsync("gone"));

        Assert.Equal(SwarmErrorCode.InvalidArgument, _swarm.Refuses(token).Code);
        Assert.Empty(_swarm.Simulation.Run(() => _swarm.Operations.ListJoinTokensAsync()));
    }

    [Fact]
    public void What_is_kept_of_a_token_lets_nobody_in()
    {
        var token = Create(new() { Name = "secret" });
        var secret = JoinToken.Parse(token).Secret;

        Assert.All(_swarm.Cluster.Spec.Labels, label => Assert.DoesNotContain(secret, label.Value));
    }

    [Fact]
    public void A_client_that_replaces_the_labels_neither_takes_nor_makes_tokens()
    {
        var token = Create(new() { Name = "kept", Role = NodeRole.Manager });
        var forged = _swarm.Cluster.Spec.Labels.First(label => label.Key.EndsWith("kept", StringComparison.Ordinal));

        _swarm.Update(spec => spec with { Labels = [new("a", "b"), new("swarm.join-token.forged", forged.Value)] });

        Assert.Equal("b", _swarm.Cluster.Spec.Labels["a"]);
        Assert.Equal(NodeRole.Manager, _swarm.Find(_swarm.Issue(token).NodeId).Role);
        Assert.Equal(["kept"], _swarm.Simulation.Run(() => _swarm.Operations.ListJoinTokensAsync()).Select(grant => grant.Name));
    }

    [Theory]
    [InlineData("all", NodeRole.Worker, NodeMembership.Pending)]
    [InlineData("all", NodeRole.Manager, NodeMembership.Pending)]
    [InlineData("manager", NodeRole.Worker, NodeMembership.Accepted)]
    [InlineData("manager", NodeRole.Manager, NodeMembership.Pending)]
    public void A_swarm_can_have_the_last_word_about_joins(string who, NodeRole role, NodeMembership membership)
    {
        _swarm.Update(spec => spec with { Labels = [new("swarm.join-approval", who)] });
        var root = _swarm.Cluster.RootCa;
        Assert.Equal(
            membership,
            _swarm.Issue(role == NodeRole.Manager ? root.ManagerJoinToken : root.WorkerJoinToken).Membership);
    }

    [Fact]
    public void A_node_that_waits_for_approval_gets_its_certificate_when_it_is_accepted()
    {
        var answer = _swarm.Issue(Create(new() { Name = "ask", NeedsApproval = true }));
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(IssuanceState.Pending, _swarm.Find(answer.NodeId).Certificate!.State);

        _swarm.Change(transaction =>
        {
            var node = transaction.Nodes.Find(answer.NodeId.Value)!;
            transaction.Update(node with { Spec = node.Spec with { Membership = NodeMembership.Accepted } });
        });
        _swarm.Simulation.Settle();

        Assert.Equal(IssuanceState.Issued, _swarm.Find(answer.NodeId).Certificate!.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("a b")]
    public void A_token_needs_a_plain_name(string name) => Assert.Equal(
        SwarmErrorCode.InvalidArgument,
        Assert.Throws<SwarmException>(() => Create(new() { Name = name })).Code);

    [Fact]
    public void Tokens_have_names_of_their_own_and_an_end()
    {
        Create(new() { Name = "twice" });
        Assert.Equal(
            SwarmErrorCode.AlreadyExists,
            Assert.Throws<SwarmException>(() => Create(new() { Name = "twice" })).Code);
        for (var i = 1; i < 100; i++)
        {
            Create(new() { Name = $"t{i}" });
        }

        Assert.Equal(
            "there are 100 join tokens already; remove one first",
            Assert.Throws<SwarmException>(() => Create(new() { Name = "t100" })).Message);
    }

    private NodeCertificate Status(NodeId id) =>
        _swarm.Simulation.Run(() => _swarm.Authority.GetStatusAsync(id, CancellationToken.None));

    private string Create(JoinTokenGrant grant) =>
        _swarm.Simulation.Run(() => _swarm.Operations.CreateJoinTokenAsync(grant));

    private void AssertRefused(string token, string reason)
    {
        var before = _swarm.Store.Current.Nodes.Count;
        var refusal = _swarm.Refuses(token, RpcPeer.Anonymous);
        Assert.Equal(Refusal + reason, refusal.Message);
        Assert.Equal(SwarmErrorCode.InvalidArgument, refusal.Code);
        Assert.Equal(before, _swarm.Store.Current.Nodes.Count);
    }
}
