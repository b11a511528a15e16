namespace Swarm.Testing.Tests.Simulated;

/// <summary>What clients were told: no manager that leads later may have lost it.</summary>
internal sealed class AcknowledgedWrites(SwarmTestCluster cluster)
{
    private readonly Dictionary<ServiceId, Service> _services = [];
    private readonly HashSet<ServiceId> _removed = [];
    private readonly Dictionary<NodeId, Node> _nodes = [];

    public int Count { get; private set; }

    public void Written(Service service)
    {
        _services[service.Id] = service;
        Count++;
    }

    public void Written(Node node)
    {
        _nodes[node.Id] = node;
        Count++;
    }

    public void Removed(ServiceId id)
    {
        _services.Remove(id);
        _removed.Add(id);
        Count++;
    }

    /// <summary>A call had no answer: it may have taken effect or not.</summary>
    public void MayBeRemoved(ServiceId id) => _services.Remove(id);

    /// <summary>Looks at the swarm as the leader has it.</summary>
    public void Check()
    {
        if (cluster.FindLeader()?.Manager!.Store.Current is not { } view || !IsCaughtUp())
        {
            return;
        }

        foreach (var told in _services.Values)
        {
            Require(
                view.Services.Find(told.Id.Value) is { } known && known.Version.Index >= told.Version.Index,
                $"service {told.Spec.Name} was acknowledged at {told.Version} and is lost");
        }

        foreach (var id in _removed)
        {
            Require(
                view.Services.Find(id.Value) is not { PendingDelete: false },
                $"the removal of service {id} was acknowledged and is lost");
        }

        foreach (var told in _nodes.Values)
        {
            Require(
                view.Nodes.Find(told.Id.Value) is { } known && known.Version.Index >= told.Version.Index,
                $"node {told.Id} was acknowledged at {told.Version} and is lost");
        }
    }

    // One that was deposed and does not know it yet may be behind; whoever follows it has everything.
    private bool IsCaughtUp()
    {
        var leader = cluster.FindLeader()!;
        return !cluster.Managers.Any(node => node.IsRunning
            && node.Process!.Manager!.Raft is { } raft
            && raft.State.Term > leader.Manager!.Raft!.State.Term);
    }

    private void Require(bool holds, string law)
    {
        if (!holds)
        {
            throw cluster.Failure(law);
        }
    }
}
