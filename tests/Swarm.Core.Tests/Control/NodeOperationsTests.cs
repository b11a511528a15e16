using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Swarm.Certificates;

namespace Swarm.Core.Tests.Control;

public sealed class NodeOperationsTests : IDisposable
{
    private readonly ControlFixture _fixture = new();

    private INodeOperations Nodes => _fixture.Client.Nodes;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Scenario_089_The_last_manager_cannot_be_demoted()
    {
        var manager = _fixture.WriteNode(NodeRole.Manager);
        _fixture.WriteNode(NodeRole.Worker);

        await AssertRefusedAsync(
            () => DemoteAsync(manager),
            SwarmErrorCode.FailedPrecondition,
            "attempting to demote the last manager of the swarm");
    }

    [Fact]
    public async Task Scenario_089_A_demotion_that_costs_the_quorum_is_refused()
    {
        var managers = Enumerable.Range(0, 3).Select(_ => _fixture.WriteNode(NodeRole.Manager)).ToArray();
        SetReachable(managers[2], Reachability.Unreachable);

        await AssertRefusedAsync(
            () => DemoteAsync(managers[0]),
            SwarmErrorCode.FailedPrecondition,
            "can't remove member from the raft: this would result in a loss of quorum");
        var demoted = await DemoteAsync(managers[2]);
        Assert.Equal(NodeRole.Worker, demoted.Spec.DesiredRole);
        Assert.Equal(NodeRole.Manager, demoted.Role);
    }

    [Fact]
    public async Task A_manager_that_is_no_raft_member_cannot_be_demoted()
    {
        var manager = _fixture.WriteNode(NodeRole.Manager);
        _fixture.WriteNode(NodeRole.Manager);
        _fixture.Managers.Remove(manager.Id);

        await AssertRefusedAsync(
            () => DemoteAsync(manager),
            SwarmErrorCode.NotFound,
            "can't find manager in raft memberlist");
    }

    [Fact]
    public async Task An_update_replaces_the_spec_but_never_makes_a_member_an_applicant()
    {
        var node = _fixture.WriteNode(NodeRole.Worker);

        var updated = await Nodes.UpdateAsync(node.Id, node.Version, new()
        {
            Labels = [new("zone", "a")],
            Availability = NodeAvailability.Drain,
            Membership = NodeMembership.Pending,
        });

        Assert.Equal("a", updated.Spec.Labels["zone"]);
        Assert.Equal(NodeAvailability.Drain, updated.Spec.Availability);
        Assert.Equal(NodeMembership.Accepted, updated.Spec.Membership);
        await AssertRefusedAsync(
            () => Nodes.UpdateAsync(node.Id, node.Version, node.Spec),
            SwarmErrorCode.UpdateOutOfSequence,
            "update out of sequence");
        await AssertRefusedAsync(
            () => Nodes.UpdateAsync(new("nosuch"), node.Version, node.Spec),
            SwarmErrorCode.NotFound,
            "node nosuch not found");
    }

    [Fact]
    public async Task An_update_does_not_mind_what_the_node_has_reported_since_it_was_read()
    {
        var read = _fixture.WriteNode(NodeRole.Worker);
        _fixture.Change(transaction => transaction.Update(read with { Status = new(NodeState.Down) }));

        var updated = await Nodes.UpdateAsync(
            read.Id, read.Version, read.Spec with { Availability = NodeAvailability.Drain });

        Assert.Equal(NodeAvailability.Drain, updated.Spec.Availability);
        Assert.Equal(NodeState.Down, updated.Status.State);
    }

    [Fact]
    public async Task An_update_of_a_version_that_the_node_never_had_is_out_of_sequence()
    {
        var node = _fixture.WriteNode(NodeRole.Worker);

        await AssertRefusedAsync(
            () => Nodes.UpdateAsync(node.Id, new(node.Version.Index + 1), node.Spec),
            SwarmErrorCode.UpdateOutOfSequence,
            "update out of sequence");
    }

    [Fact]
    public async Task Scenario_090_A_ready_node_goes_only_by_force_and_a_manager_not_even_so()
    {
        var worker = _fixture.WriteNode(NodeRole.Worker);
        var manager = _fixture.WriteNode(NodeRole.Manager, NodeState.Down);

        await AssertRefusedAsync(
            () => Nodes.RemoveAsync(worker.Id),
            SwarmErrorCode.FailedPrecondition,
            $"node {worker.Id} is not down and can't be removed");
        await AssertRefusedAsync(
            () => Nodes.RemoveAsync(manager.Id, force: true),
            SwarmErrorCode.FailedPrecondition,
            $"node {manager.Id} is a cluster manager and is a member of the raft cluster. "
            + "It must be demoted to worker before removal");
        await Nodes.RemoveAsync(worker.Id, force: true);
        Assert.Null(_fixture.Store.Current.Nodes.Find(worker.Key));
    }

    [Fact]
    public async Task Scenario_090_A_removed_node_is_blacklisted_and_its_tasks_are_orphaned()
    {
        var cluster = _fixture.WriteCluster();
        var node = WithCertificate(_fixture.WriteNode(NodeRole.Worker, NodeState.Down), cluster);
        var service = await _fixture.Client.Services.CreateAsync(ControlFixture.Spec());
        var running = _fixture.Write(_fixture.NewTask(service, TaskState.Running) with { NodeId = node.Id });
        var failed = _fixture.Write(_fixture.NewTask(service, TaskState.Failed, 2) with { NodeId = node.Id });
        var elsewhere = _fixture.Write(_fixture.NewTask(service, TaskState.Running, 3) with { NodeId = new("other") });

        await Nodes.RemoveAsync(node.Id);

        var view = _fixture.Store.Current;
        Assert.Equal(TaskState.Orphaned, view.Tasks.Find(running.Id)!.Status.State);
        Assert.Equal("Task belonged to a node that has been deleted", view.Tasks.Find(running.Id)!.Status.Message);
        Assert.Equal(TaskState.Failed, view.Tasks.Find(failed.Id)!.Status.State);
        Assert.Equal(TaskState.Running, view.Tasks.Find(elsewhere.Id)!.Status.State);
        Assert.Equal(
            _fixture.Simulation.Time.GetUtcNow().AddDays(30),
            view.Cluster!.BlacklistedCertificates[node.Key]);
    }

    [Fact]
    public async Task Blacklist_entries_are_kept_for_a_week_after_their_certificates_ran_out()
    {
        _fixture.WriteCluster();
        var readable = WithCertificate(_fixture.WriteNode(NodeRole.Worker, NodeState.Down), _fixture.Store.Current.Cluster!);
        var unreadable = _fixture.WriteNode(NodeRole.Worker, NodeState.Down);
        await Nodes.RemoveAsync(readable.Id);
        await Nodes.RemoveAsync(unreadable.Id);

        _fixture.Simulation.Advance(TimeSpan.FromDays(36.9));
        await Nodes.RemoveAsync(_fixture.WriteNode(NodeRole.Worker, NodeState.Down).Id);
        Assert.True(Blacklist.ContainsKey(readable.Key));

        _fixture.Simulation.Advance(TimeSpan.FromDays(0.2));
        await Nodes.RemoveAsync(_fixture.WriteNode(NodeRole.Worker, NodeState.Down).Id);
        Assert.False(Blacklist.ContainsKey(readable.Key));
        Assert.True(Blacklist.ContainsKey(unreadable.Key));
    }

    [Fact]
    public async Task Reads_show_the_manager_status()
    {
        var manager = _fixture.WriteNode(NodeRole.Manager);
        var worker = _fixture.WriteNode(NodeRole.Worker);

        Assert.True((await Nodes.FindAsync(manager.Key)).ManagerStatus!.Leader);
        Assert.Null((await Nodes.FindAsync(worker.Key)).ManagerStatus);
        Assert.Null(_fixture.Store.Current.Nodes.Find(manager.Key)!.ManagerStatus);
    }

    private ValueDictionary<DateTimeOffset> Blacklist => _fixture.Store.Current.Cluster!.BlacklistedCertificates;

    private Task<Node> DemoteAsync(Node node) =>
        Nodes.UpdateAsync(node.Id, node.Version, node.Spec with { DesiredRole = NodeRole.Worker });

    private void SetReachable(Node node, Reachability reachability) =>
        _fixture.Managers[node.Id] = _fixture.Managers[node.Id] with { Reachability = reachability };

    private Node WithCertificate(Node node, Cluster cluster)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = NodeCertificateIssuer.Issue(
            cluster.RootCa,
            new(node.Id, node.Role, cluster.Id),
            new PublicKey(key),
            TimeSpan.FromDays(30),
            _fixture.Simulation.Time.GetUtcNow(),
            RandomNumberGenerator.Fill);
        return _fixture.Store.UpdateAsync(transaction => transaction.Update(node with
        {
            Certificate = new(
                node.Role,
                default,
                IssuanceState.Issued,
                "",
                ValueList.Create<byte>(Encoding.UTF8.GetBytes(pem)),
                node.Key),
        })).AsTask().Result;
    }

    private static Task AssertRefusedAsync(Func<Task> call, SwarmErrorCode code, string text) =>
        ServiceOperationsTests.AssertRefusedAsync(call, code, text);
}
