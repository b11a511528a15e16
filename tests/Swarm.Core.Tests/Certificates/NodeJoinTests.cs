using System.Security.Cryptography;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;

namespace Swarm.Core.Tests.Certificates;

public sealed class NodeJoinTests : IDisposable
{
    private readonly AuthorityFixture _swarm = new();
    private readonly MemoryDisk _disk = new();
    private readonly FakeConnector _connector;

    public NodeJoinTests() => _connector = new(_swarm.Connector);

    private RootCa Root => _swarm.Cluster.RootCa;

    public void Dispose() => _swarm.Dispose();

    [Theory]
    [InlineData(NodeRole.Worker)]
    [InlineData(NodeRole.Manager)]
    public void A_node_that_has_joined_has_its_identity_on_disk(NodeRole role)
    {
        var identity = Join(role == NodeRole.Manager ? Root.ManagerJoinToken : Root.WorkerJoinToken);

        Assert.Equal((role, _swarm.Cluster.Id), (identity.Role, identity.ClusterId));
        Assert.Equal(["swarm-node.crt", "swarm-node.key", "swarm-root-ca.crt"], _disk.Files.Keys.Order());
        Assert.True(_disk.Files["swarm-node.key"].IsSecret);
        Assert.Equal(Root.Certificate, _disk.Read("swarm-root-ca.crt"));
        Assert.Equal(identity, new IdentityFiles(_disk).Load(default, _swarm.Now)!.Value.Identity);
        Assert.Equal(TlsInfo.Of(Root.Certificate), identity.TlsInfo);
    }

    [Fact]
    public void Scenario_095_A_man_in_the_middle_gets_no_secret()
    {
        var evil = RootCertificate.Create(_swarm.Now, RandomNumberGenerator.Fill);
        _connector.OnRoot = answer => answer with { Certificate = evil.Certificate };

        var before = _swarm.Now;
        var refusal = Refuses(Root.WorkerJoinToken);

        Assert.Equal($"remote CA does not match fingerprint. Expected: {Root.CertificateHash}", refusal.Message);
        Assert.Equal((1, 0), (_connector.Fetches, _connector.Connections));
        Assert.Empty(_connector.Requests);
        Assert.Empty(_disk.Files);
        Assert.Equal(before, _swarm.Now);
    }

    [Fact]
    public void Scenario_095_A_bundle_that_holds_the_right_root_among_others_is_not_the_right_one()
    {
        var evil = RootCertificate.Create(_swarm.Now, RandomNumberGenerator.Fill);
        _connector.OnRoot = answer => answer with { Certificate = answer.Certificate + evil.Certificate };

        Assert.Contains("does not match fingerprint", Refuses(Root.WorkerJoinToken).Message);
        Assert.Empty(_connector.Requests);
    }

    [Fact]
    public void A_server_that_does_not_prove_itself_under_the_root_gets_no_secret()
    {
        _connector.OnConnect = () => throw new SwarmException(SwarmErrorCode.PermissionDenied, "certificate is not signed");

        Assert.Equal("certificate is not signed", Refuses(Root.WorkerJoinToken).Message);
        Assert.Empty(_connector.Requests);
    }

    [Fact]
    public void A_malformed_token_is_refused_before_anybody_is_asked()
    {
        Assert.Equal("invalid join token", Refuses("SWMTKN-1-nonsense").Message);
        Assert.Equal(0, _connector.Fetches);
    }

    [Fact]
    public void A_wrong_secret_is_refused_at_once()
    {
        var wrong = JoinToken.Create(Root.Certificate, RandomNumberGenerator.Fill).ToString();
        var before = _swarm.Now;

        Assert.Contains("its secret is not, or no longer, valid", Refuses(wrong).Message);

        Assert.Equal(before, _swarm.Now);
        Assert.Single(_connector.Requests);
    }

    [Fact]
    public void A_leader_that_is_being_elected_is_waited_for()
    {
        var attempts = 0;
        _connector.OnConnect = () =>
        {
            if (attempts++ < 2)
            {
                throw new SwarmException(SwarmErrorCode.NoLeader, "no leader");
            }
        };

        Assert.Equal(NodeRole.Worker, Join(Root.WorkerJoinToken).Role);
    }

    [Fact]
    public void Nobody_there_is_said_after_a_few_attempts()
    {
        _swarm.StopLeading();
        Assert.Equal(SwarmErrorCode.Unavailable, Refuses(Root.WorkerJoinToken).Code);
        Assert.Equal(5, _connector.Fetches);
    }

    [Theory]
    [InlineData(-50)]
    [InlineData(0)]
    [InlineData(120)]
    public void A_clock_that_is_a_little_wrong_does_no_harm(int minutes) =>
        Assert.Equal(NodeRole.Worker, Join(Root.WorkerJoinToken, TimeSpan.FromMinutes(minutes)).Role);

    [Theory]
    [InlineData(-120, "not valid before Wed, 31 Dec 2025 23:00:00 UTC, and it is currently Wed, 31 Dec 2025 22:00:00 UTC; the clock of this node says Wed, 31 Dec 2025 22:00:00 UTC, the clock of the manager says Thu, 01 Jan 2026 00:00:00 UTC: this node is 2 h 0 min behind; set the clock and try again")]
    [InlineData(60 * 24 * 91, "the clock of this node says Thu, 02 Apr 2026 00:00:00 UTC, the clock of the manager says Thu, 01 Jan 2026 00:00:00 UTC: this node is 91 d 0 h 0 min ahead; set the clock and try again")]
    public void A_clock_that_is_wrong_is_named_together_with_the_managers(int minutes, string text)
    {
        var refusal = Assert.Throws<SwarmException>(() => Join(Root.WorkerJoinToken, TimeSpan.FromMinutes(minutes)));
        Assert.Contains(text, refusal.Message);
        Assert.DoesNotContain("swarm-node.key", _disk.Files.Keys);
    }

    [Fact]
    public void A_certificate_for_somebody_else_is_not_taken()
    {
        var other = _swarm.Join(Root.WorkerJoinToken);
        _connector.OnStatus = certificate => certificate with { Pem = AuthorityFixture.Bytes(other.Certificate) };

        Assert.Contains("does not belong to its certificate", Refuses(Root.WorkerJoinToken).Message);
    }

    [Fact]
    public void A_refusal_of_the_signer_is_passed_on()
    {
        _connector.OnStatus = certificate => certificate with { State = IssuanceState.Failed, Error = "no" };
        Assert.EndsWith(": no", Refuses(Root.WorkerJoinToken).Message);
    }

    [Fact]
    public void A_node_that_waits_for_approval_waits()
    {
        _swarm.Update(spec => spec with { Labels = [new("swarm.join-approval", "all")] });
        var joining = _swarm.Simulation.StartAsync(() => _swarm.NewJoin(_disk).RunAsync(
            Root.WorkerJoinToken,
            NodeAvailability.Active,
            CancellationToken.None));
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(10));
        Assert.False(joining.IsCompleted);
        var node = Assert.Single(_swarm.Store.Current.Nodes);

        _swarm.Change(transaction => transaction.Update(
            node with { Spec = node.Spec with { Membership = NodeMembership.Accepted } }));
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(1));

        Assert.True(joining.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_managers_key_is_encrypted_from_the_start_when_managers_are_locked_and_a_workers_is_not()
    {
        _swarm.Update(spec => spec with { AutoLockManagers = true });
        var manager = Join(Root.ManagerJoinToken);
        var files = new IdentityFiles(_disk);

        Assert.True(files.IsLocked());
        Assert.Equal(
            "node is locked, and needs a valid unlock key",
            Assert.Throws<SwarmException>(() => files.Load(default, _swarm.Now)).Message);
        Assert.Equal(manager, files.Load(_swarm.Cluster.UnlockKey, _swarm.Now)!.Value.Identity);

        _disk.Files.Clear();
        Join(Root.WorkerJoinToken);
        Assert.False(new IdentityFiles(_disk).IsLocked());
    }

    [Fact]
    public void A_root_that_is_replaced_while_a_node_joins_is_taken_from_a_verified_manager()
    {
        _swarm.Update(spec => spec with { Labels = [new("swarm.join-approval", "all")] });
        var joining = _swarm.Simulation.StartAsync(() => _swarm.NewJoin(_disk).RunAsync(
            Root.WorkerJoinToken,
            NodeAvailability.Active,
            CancellationToken.None));
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(1));
        var old = Root.Certificate;
        _swarm.Update(spec => spec with { CaConfig = spec.CaConfig with { ForceRotate = 1 } });
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(10));
        Assert.NotEqual(old, Root.Certificate);

        var node = Assert.Single(_swarm.Store.Current.Nodes);
        _swarm.Change(transaction => transaction.Update(
            node with { Spec = node.Spec with { Membership = NodeMembership.Accepted } }));
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(1));

        Assert.True(joining.IsCompletedSuccessfully);
        Assert.Equal(Root.Certificate, _disk.Read("swarm-root-ca.crt"));
    }

    private NodeIdentity Join(string token, TimeSpan skew = default) => _swarm.Simulation.Run(
        () => _swarm.NewJoin(_disk, _connector, new SkewedTime(_swarm.Simulation.Time, skew))
            .RunAsync(token, NodeAvailability.Active, CancellationToken.None)).Identity;

    private SwarmException Refuses(string token) => Assert.Throws<SwarmException>(() => Join(token));

    /// <summary>A clock that is off, whose timers are not.</summary>
    private sealed class SkewedTime(TimeProvider inner, TimeSpan skew) : TimeProvider
    {
        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + skew;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime, period);
    }
}
