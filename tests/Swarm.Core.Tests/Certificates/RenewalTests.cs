using FsCheck;
using FsCheck.Fluent;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;

namespace Swarm.Core.Tests.Certificates;

public sealed class RenewalTests : IDisposable
{
    private readonly AuthorityFixture _swarm = new();

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void Scenario_R26_Renewals_spread_evenly_between_half_and_four_fifths_of_a_life()
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var life = TimeSpan.FromDays(90);
        var shares = Enumerable.Range(0, 1_000).Select(seed =>
        {
            var schedule = new RenewalSchedule(new Random(seed));
            schedule.Plan(start.AddHours(-1), start + life, start);
            return (schedule.DueAt - start) / life;
        }).ToList();

        Assert.All(shares, share => Assert.InRange(share, 0.5, 0.8));
        Assert.All(
            shares.GroupBy(share => (int)((share - 0.5) / 0.03)).Where(group => group.Key < 10),
            group => Assert.InRange(group.Count(), 60, 140));
        Assert.All(
            shares.GroupBy(share => (int)(share * life.TotalMinutes)),
            minute => Assert.InRange(minute.Count(), 1, 50));
    }

    [Fact]
    public void Whatever_the_life_the_plan_lies_within_it() => Prop.ForAll(
        Gen.Choose(1, 1_000_000).Two().ToArbitrary(),
        pair =>
        {
            var start = DateTimeOffset.UnixEpoch;
            var schedule = new RenewalSchedule(new Random(pair.Item1));
            var life = TimeSpan.FromMinutes(pair.Item2);
            schedule.Plan(start.AddHours(-1), start + life, start);
            var planned = schedule.DueAt;
            schedule.Plan(start.AddHours(-1), start + life, start + life);
            return planned >= start + (life * 0.5)
                && planned <= start + (life * 0.8)
                && schedule.DueAt >= start + life
                && schedule.DueAt <= start + life + RenewalSchedule.Spread;
        }).Check(FsCheck.Config.QuickThrowOnFailure);

    [Fact]
    public void Failures_are_followed_by_longer_and_longer_waits_up_to_an_hour()
    {
        var now = DateTimeOffset.UnixEpoch;
        var schedule = new RenewalSchedule(new Random(3));
        double[] bounds = [10, 15, 25, 45, 85, 165, 325, 645, 1285, 2565, 3600, 3600, 3600];
        foreach (var bound in bounds)
        {
            schedule.Failed(now);
            Assert.InRange((schedule.DueAt - now).TotalSeconds, bound / 2, bound);
        }

        schedule.Reachable(now);
        Assert.InRange(schedule.DueAt - now, TimeSpan.Zero, RenewalSchedule.Spread);
    }

    [Fact]
    public void Being_told_again_and_again_neither_delays_a_renewal_nor_makes_a_node_hammer()
    {
        var now = DateTimeOffset.UnixEpoch;
        var schedule = new RenewalSchedule(new Random(3));
        schedule.Plan(now.AddHours(-1), now.AddDays(1), now);
        schedule.Force(now);
        schedule.Force(now.AddMilliseconds(400));
        Assert.Equal(now.AddMilliseconds(500), schedule.DueAt);

        schedule.Failed(now);
        schedule.Failed(now);
        schedule.Force(now.AddSeconds(1));
        schedule.Force(now.AddSeconds(2));
        Assert.Equal(now.AddSeconds(5), schedule.DueAt);
    }

    [Fact]
    public void A_certificate_is_renewed_in_time_again_and_again()
    {
        using var node = new MemberNode(_swarm, _swarm.Cluster.RootCa.WorkerJoinToken, seed: 1);
        node.StartRenewal();
        var changes = 0;
        node.Current.Changed += (_, _) => changes++;

        for (var day = 0; day < 400; day++)
        {
            _swarm.Simulation.Advance(TimeSpan.FromDays(1));
            Assert.True(node.Current.Value.NotAfter > _swarm.Now.AddDays(17));
        }

        Assert.InRange(changes, 5, 9);
        Assert.Equal(node.Current.Value, node.Files.Load(default, _swarm.Now)!.Value.Identity);
    }

    [Fact]
    public void A_node_renews_at_once_when_it_is_asked_to()
    {
        using var node = Start(NodeRole.Worker);
        var before = node.Current.Value;
        Change(node, found => found with { Certificate = found.Certificate! with { State = IssuanceState.Rotate } });

        _swarm.Simulation.Advance(TimeSpan.FromSeconds(5));

        Assert.NotEqual(before.Certificate, node.Current.Value.Certificate);
        Assert.NotEqual(before.PrivateKey, node.Current.Value.PrivateKey);
        Assert.Equal(IssuanceState.Issued, _swarm.Find(node.Id).Certificate!.State);
        Assert.InRange(node.Connector.Requests.Count, 1, 2);
    }

    [Fact]
    public void A_promoted_node_becomes_a_manager_with_the_unlock_key_and_a_demoted_one_a_worker_without()
    {
        _swarm.Update(spec => spec with { AutoLockManagers = true });
        using var node = Start(NodeRole.Worker);
        Assert.False(node.Files.IsLocked());

        Change(node, found => found with { Spec = found.Spec with { DesiredRole = NodeRole.Manager } });
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(NodeRole.Manager, node.Current.Value.Role);
        Assert.True(node.Files.IsLocked());
        Assert.Equal(node.Current.Value, node.Files.Load(_swarm.Cluster.UnlockKey, _swarm.Now)!.Value.Identity);

        Change(node, found => found with { Spec = found.Spec with { DesiredRole = NodeRole.Worker } });
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(NodeRole.Manager, node.Current.Value.Role);
        Assert.InRange(node.Connector.Requests.Count, 2, 12);

        Change(node, found => found with { Role = NodeRole.Worker });
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(NodeRole.Worker, node.Current.Value.Role);
        Assert.False(node.Files.IsLocked());

        // The key is as old as when it was a manager before, and still the one to lock with.
        Change(node, found => found with { Spec = found.Spec with { DesiredRole = NodeRole.Manager } });
        _swarm.Simulation.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(NodeRole.Manager, node.Current.Value.Role);
        Assert.True(node.Files.IsLocked());
    }

    [Fact]
    public void A_manager_takes_a_newer_unlock_key_and_none_that_is_older()
    {
        using var node = Start(NodeRole.Manager);
        var locked = new KeyEncryptionKey(UnlockKey.Create(new Random(5).NextBytes), 1_000);

        Assert.True(node.Renewal.Relock(locked));
        Assert.False(node.Renewal.Relock(locked));
        Assert.False(node.Renewal.Relock(new(default, 999)));
        Assert.True(node.Files.IsLocked());
        Assert.Equal(locked, node.Current.Encryption);
        Assert.Equal(node.Current.Value, node.Files.Load(locked.Key, _swarm.Now)!.Value.Identity);

        // A renewal keeps it, though the managers still hand out an older one.
        node.Renewal.Renew();
        _swarm.Simulation.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(node.Current.Value, node.Files.Load(locked.Key, _swarm.Now)!.Value.Identity);

        Assert.True(node.Renewal.Relock(new(default, 1_001)));
        Assert.False(node.Files.IsLocked());
    }

    [Fact]
    public void A_removed_node_stays_out_and_keeps_what_it_has()
    {
        using var node = Start(NodeRole.Worker);
        var before = node.Current.Value;
        _swarm.Change(transaction => Swarm.Control.NodeChanges.Remove(transaction, node.Id, force: true, _ => null));
        node.Renewal.Renew();

        _swarm.Simulation.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(before, node.Current.Value);
    }

    [Fact]
    public void A_certificate_for_another_node_is_not_taken()
    {
        using var node = Start(NodeRole.Worker);
        var other = _swarm.Join(_swarm.Cluster.RootCa.WorkerJoinToken);
        var before = node.Current.Value;
        node.Connector.OnStatus = certificate => certificate with { Pem = AuthorityFixture.Bytes(other.Certificate) };
        node.Renewal.Renew();

        _swarm.Simulation.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(before, node.Current.Value);
    }

    [Fact]
    public void A_root_that_the_certificate_does_not_lead_to_is_not_taken_from_the_session()
    {
        using var node = Start(NodeRole.Worker);
        var other = Swarm.Certificates.RootCertificate.Create(
            _swarm.Now,
            System.Security.Cryptography.RandomNumberGenerator.Fill);

        Assert.False(node.Renewal.AdoptRoot(other.Certificate));
        Assert.Equal(_swarm.Cluster.RootCa.Certificate, node.Current.Value.Root);
    }

    [Fact]
    public void A_thousand_nodes_renew_after_a_restart_of_the_managers_without_a_storm()
    {
        const int count = 1_000;
        using var swarm = new AuthorityFixture(
            new() { MaxUnregisteredNodes = count },
            new() { CaConfig = new() { NodeCertExpiry = TimeSpan.FromHours(1) } });
        var random = new Random(5);
        var asked = new List<DateTimeOffset>();
        var nodes = Enumerable.Range(0, count).Select(seed => Sleeper(swarm, seed)).ToList();
        try
        {
            var issued = nodes.ToDictionary(node => node.Id, node => node.Current.Value);

            // Longer than the last of them can wait: every single one is due, and has failed many times.
            swarm.StopLeading();
            nodes.ForEach(node => node.StartRenewal());
            swarm.Simulation.Advance(TimeSpan.FromMinutes(50));
            Assert.All(nodes, node => Assert.Equal(issued[node.Id], node.Current.Value));

            swarm.Lead();
            var restart = swarm.Now;
            nodes.ForEach(node => _ = swarm.Simulation.StartAsync(() => ReconnectAsync(swarm, node, random)));

            Assert.True(swarm.Simulation.AdvanceUntil(
                () => nodes.TrueForAll(node => node.Current.Value != issued[node.Id]),
                TimeSpan.FromSeconds(30)));
            Assert.Equal(count, nodes.Sum(node => node.Connector.Requests.Count));
            Assert.All(
                asked.GroupBy(at => (int)(at - restart).TotalSeconds),
                second => Assert.InRange(second.Count(), 1, count / 10));
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
        }

        MemberNode Sleeper(AuthorityFixture swarm, int seed)
        {
            var node = new MemberNode(swarm, swarm.Cluster.RootCa.WorkerJoinToken, seed);
            node.Connector.OnIssue = () => asked.Add(swarm.Now);
            return node;
        }
    }

    // As an agent finds the managers again: some time within its largest back-off.
    private static async Task ReconnectAsync(AuthorityFixture swarm, MemberNode node, Random random)
    {
        await Task.Delay(Swarm.Agents.ReconnectBackoff.Max * random.NextDouble(), swarm.Simulation.Time);
        node.Renewal.ManagersReachable();
    }

    private MemberNode Start(NodeRole role) => new MemberNode(
        _swarm,
        role == NodeRole.Manager ? _swarm.Cluster.RootCa.ManagerJoinToken : _swarm.Cluster.RootCa.WorkerJoinToken,
        seed: 1).Start();

    private void Change(MemberNode node, Func<Node, Node> change) => _swarm.Change(
        transaction => transaction.Update(change(transaction.Nodes.Find(node.Id.Value)!)));
}
