using Swarm.Certificates;
using Swarm.Control;

namespace Swarm.Core.Tests.Certificates;

public sealed class RootRotationTests : IDisposable
{
    private readonly AuthorityFixture _swarm = new(new() { MaxUnregisteredNodes = 10_000 });
    private readonly List<MemberNode> _nodes = [];

    private RootCa Root => _swarm.Cluster.RootCa;

    public void Dispose()
    {
        _nodes.ForEach(node => node.Dispose());
        _swarm.Dispose();
    }

    [Fact]
    public void Scenario_096_A_rotation_moves_every_node_and_ends_with_new_tokens()
    {
        AddNodes(5);
        var before = Root;
        var identities = _nodes.ToDictionary(node => node.Id, node => node.Current.Value);

        Rotate();
        Assert.Equal(before.Certificate, Root.Certificate);
        Assert.Equal(before.WorkerJoinToken, Root.WorkerJoinToken);
        var target = Root.Rotation!;

        AdvanceUntilDone();

        Assert.Equal((target.Certificate, target.PrivateKey), (Root.Certificate, Root.PrivateKey));
        Assert.Equal(JoinToken.DigestOf(target.Certificate), Root.CertificateHash);
        Assert.Equal(Root.CertificateHash, JoinToken.Parse(Root.WorkerJoinToken).RootDigest);
        Assert.Equal(Root.CertificateHash, JoinToken.Parse(Root.ManagerJoinToken).RootDigest);
        Assert.NotEqual(
            JoinToken.Parse(before.WorkerJoinToken).Secret,
            JoinToken.Parse(Root.WorkerJoinToken).Secret);
        Assert.Equal(1UL, Root.LastForcedRotation);

        _swarm.Simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.All(_nodes, node =>
        {
            Assert.Equal(Root.Certificate, node.Current.Value.Root);
            Assert.Equal(TlsInfo.Of(Root.Certificate), _swarm.Find(node.Id).Description!.Tls);
            Assert.Equal(identities[node.Id].Subject, node.Current.Value.Subject);
            Assert.Equal(node.Current.Value, node.Files.Load(default, _swarm.Now)!.Value.Identity);
        });
        Assert.Contains("another root certificate", _swarm.Refuses(before.WorkerJoinToken).Message);
        _swarm.Join(Root.WorkerJoinToken);
    }

    [Fact]
    public void Certificates_of_both_issuers_are_good_at_every_moment_of_a_rotation()
    {
        AddNodes(40);
        Rotate();
        for (var second = 0; Root.Rotation is not null && second < 60; second++)
        {
            Assert.All(_nodes, node => Assert.Equal(
                ChainFault.None,
                CertificateChain.Check(node.Current.Value.Certificate, Root.Certificate, _swarm.Now).Fault));
            _swarm.Simulation.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(Root.Rotation);
        Assert.All(_nodes, node => Assert.Equal(
            ChainFault.None,
            CertificateChain.Check(node.Current.Value.Certificate, Root.Certificate, _swarm.Now).Fault));
    }

    [Fact]
    public void Scenario_096_Nodes_are_asked_thirty_at_a_time_every_three_seconds()
    {
        AddSilentNodes(65);
        Rotate();
        Assert.Equal(30, Asked());
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(30, Asked());
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(60, Asked());
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(65, Asked());
    }

    [Fact]
    public void Scenario_R24_A_dead_node_is_named_and_its_removal_ends_the_rotation()
    {
        AddNodes(3);
        var dead = _nodes[1];
        dead.Die();
        Rotate();
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(1));

        var status = Status();
        Assert.True(status.InProgress);
        Assert.Equal(
            [(dead.Id, NodeRotationState.Unreachable)],
            status.Nodes.Where(node => node.State != NodeRotationState.Done).Select(node => (node.NodeId, node.State)));
        Assert.Equal("host-" + dead.Id.Value[..4], status.Nodes.Single(node => node.NodeId == dead.Id).Hostname);

        _swarm.Change(transaction => NodeChanges.Remove(transaction, dead.Id, force: false, _ => null));
        AdvanceUntilDone();

        Assert.False(Status().InProgress);
        Assert.Equal(
            "Permission denied: node " + dead.Id + " was removed from swarm",
            _swarm.Refuses("", Swarm.Certificates.Access.RpcPeer.With(dead.Current.Value.Subject)).Message);
    }

    [Fact]
    public void A_dead_node_that_comes_back_ends_the_rotation_too()
    {
        AddNodes(2);
        var silent = new MemberNode(_swarm, Root.WorkerJoinToken, seed: 9);
        _nodes.Add(silent);
        _swarm.Register(silent.Current.Value, NodeState.Down);
        Rotate();
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(Root.Rotation);

        silent.Start();

        AdvanceUntilDone();
    }

    [Fact]
    public void Progress_is_told_node_by_node()
    {
        AddSilentNodes(31);
        Rotate();
        Assert.Equal(
            [(NodeRotationState.Waiting, 1), (NodeRotationState.Asked, 30)],
            Status().Nodes.GroupBy(node => node.State).Select(group => (group.Key, group.Count())).OrderBy(x => x.Key));
    }

    [Fact]
    public void The_next_leader_goes_on_where_the_last_one_stopped()
    {
        AddNodes(40);
        Rotate();
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(1));
        _swarm.StopLeading();
        var target = Root.Rotation!;
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(target, Root.Rotation);

        _swarm.Lead();

        AdvanceUntilDone(TimeSpan.FromMinutes(15));
        Assert.Equal(target.Certificate, Root.Certificate);
    }

    [Fact]
    public void Scenario_097_A_second_rotation_takes_the_place_of_the_first()
    {
        AddNodes(3);
        var old = Root.Certificate;
        var silent = AddSilentNodes(1)[0];
        Rotate();
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(10));
        var first = Root.Rotation!;
        Assert.Equal(3, Status().Nodes.Count(node => node.State == NodeRotationState.Done));

        Rotate(2);
        var second = Root.Rotation!;
        Assert.NotEqual(first.Certificate, second.Certificate);
        Assert.Equal(
            ChainFault.None,
            CertificateChain.Check(second.CrossSignedCertificate, old, _swarm.Now).Fault);
        Assert.Equal(0, Status().Nodes.Count(node => node.State == NodeRotationState.Done));

        _swarm.Change(transaction => NodeChanges.Remove(transaction, silent, force: true, _ => null));
        AdvanceUntilDone();
        Assert.Equal((second.Certificate, 2UL), (Root.Certificate, Root.LastForcedRotation));
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.All(_nodes, node => Assert.Equal(second.Certificate, node.Current.Value.Root));
    }

    [Fact]
    public void Going_back_to_the_present_root_ends_a_rotation()
    {
        AddNodes(2);
        AddSilentNodes(1);
        var before = Root;
        Rotate();
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(10));

        _swarm.Update(spec => spec with
        {
            CaConfig = spec.CaConfig with { SigningCaCertificate = before.Certificate, SigningCaKey = before.PrivateKey },
        });

        Assert.Equal((before.Certificate, before.WorkerJoinToken), (Root.Certificate, Root.WorkerJoinToken));
        Assert.Null(Root.Rotation);

        // Nodes that had moved already are still good: their chain leads to the present root.
        Assert.All(_nodes, node => Assert.Equal(
            ChainFault.None,
            CertificateChain.Check(node.Current.Value.Certificate, Root.Certificate, _swarm.Now).Fault));
    }

    [Fact]
    public void A_node_joins_in_the_middle_of_a_rotation_with_the_old_token()
    {
        AddNodes(1);
        var silent = AddSilentNodes(1)[0];
        Rotate();
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(10));

        AddNodes(1);

        Assert.Equal(TlsInfo.Wanted(Root).CertificateIssuerPublicKey, _nodes[^1].Current.Value.TlsInfo.CertificateIssuerPublicKey);
        Assert.Single(_nodes[^1].Current.Value.ToTlsIntermediates());
        _swarm.Change(transaction => NodeChanges.Remove(transaction, silent, force: true, _ => null));
        AdvanceUntilDone();
    }

    [Fact]
    public void Additional_tokens_end_with_the_root_they_were_made_for()
    {
        var token = _swarm.Simulation.Run(() => _swarm.Operations.CreateJoinTokenAsync(new() { Name = "extra" }));
        AddNodes(1);
        Rotate();
        AdvanceUntilDone();

        Assert.Contains("another root certificate", _swarm.Refuses(token).Message);
        Assert.Empty(_swarm.Simulation.Run(() => _swarm.Operations.ListJoinTokensAsync()));
    }

    [Fact]
    public void An_applicant_without_a_certificate_does_not_hold_up_a_rotation()
    {
        AddNodes(1);
        _swarm.Update(spec => spec with { Labels = [new("swarm.join-approval", "all")] });
        _swarm.Issue(Root.WorkerJoinToken);
        Rotate();

        AdvanceUntilDone();
    }

    [Fact]
    public void A_rotation_of_an_empty_swarm_is_done_at_once()
    {
        Rotate();
        Assert.Null(Root.Rotation);
    }

    private void AddNodes(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _nodes.Add(new MemberNode(_swarm, Root.WorkerJoinToken, seed: _nodes.Count).Start());
        }
    }

    // Registered, but nobody is at home: asked, they do nothing.
    private List<NodeId> AddSilentNodes(int count) => Enumerable.Range(0, count).Select(_ =>
    {
        var identity = _swarm.Join(Root.WorkerJoinToken);
        _swarm.Register(identity);
        return identity.NodeId;
    }).ToList();

    private void Rotate(ulong counter = 1)
    {
        _swarm.Update(spec => spec with { CaConfig = spec.CaConfig with { ForceRotate = counter } });
        _swarm.Simulation.Settle();
    }

    private int Asked() =>
        _swarm.Store.Current.Nodes.Count(node => node.Certificate!.State == IssuanceState.Rotate);

    private RootRotationStatus Status() => _swarm.Simulation.Run(() => _swarm.Operations.GetRootRotationAsync());

    private void AdvanceUntilDone(TimeSpan? limit = null) => Assert.True(
        _swarm.Simulation.AdvanceUntil(() => Root.Rotation is null, limit ?? TimeSpan.FromMinutes(1)),
        string.Join(", ", Status().Nodes));
}
