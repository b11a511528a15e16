using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Testing;

/// <summary>What must hold after every change of a test cluster, whatever happens.</summary>
internal sealed class ClusterLaws(SwarmTestCluster cluster)
{
    /// <summary>Transactions that are remembered to be compared with those of other managers.</summary>
    private const int Remembered = 4_096;

    private readonly Dictionary<ObjectVersion, IReadOnlyList<ObjectChange>> _log = [];
    private readonly Queue<ObjectVersion> _order = new();
    private ObjectVersion _newest;

    /// <summary>How often the swarm has changed.</summary>
    public long Changes { get; private set; }

    /// <summary>When it last did.</summary>
    public DateTimeOffset LastChange { get; private set; }

    /// <summary>
    /// Also hold updates to their bounds: healthy tasks never below the replicas with start-first, running ones never
    /// above with stop-first. Only where nothing but updates and changes of leader happens.
    /// </summary>
    public bool BoundUpdates { get; set; }

    /// <summary>Looks at what a manager's store has taken in with the last step.</summary>
    public void Observe(NodeProcess process)
    {
        if (process.Follower is not { HasNews: true } follower)
        {
            return;
        }

        foreach (var transaction in follower.Read())
        {
            if (transaction.Version.Index > _newest.Index)
            {
                _newest = transaction.Version;
                Changes++;
                LastChange = cluster.Now;
                Remember(transaction);
                Check(transaction.Changes, follower.View);
            }
            else
            {
                CheckAgreement(process, transaction);
            }
        }
    }

    /// <summary>What the swarm lacks to be as its services ask; null when it is.</summary>
    public string? WhyNotConverged() => new Convergence(cluster).FindGap();

    // The first manager to apply an entry is checked, the others are compared with it.
    private void Check(IReadOnlyList<ObjectChange> changes, ClusterView view)
    {
        var services = new HashSet<ServiceId>();
        var nodes = new HashSet<NodeId>();
        foreach (var change in changes)
        {
            if (change is { Change: ChangeKind.Updated, Previous: SwarmTask before, Current: SwarmTask after }
                && TaskLaws.Progress(before, after) is { } step)
            {
                throw cluster.Failure(step);
            }

            if (change.Current is SwarmTask task)
            {
                services.Add(task.ServiceId);
                nodes.Add(task.NodeId);
            }
        }

        foreach (var id in services)
        {
            if (view.Services.Find(id.Value) is { } service)
            {
                SwarmTask[] tasks = [.. view.Tasks.OfService(id)];
                Require(TaskLaws.Slots(service, tasks));
                Require(TaskLaws.Completions(service, tasks));
                Require(TaskLaws.History(service, tasks, TaskHistory.LimitFor(service, view.Cluster)));
                Require(BoundUpdates ? TaskLaws.UpdateBounds(service, tasks) : null);
            }
        }

        foreach (var id in nodes)
        {
            Require(id.IsEmpty ? null : TaskLaws.Reservations(view, id));
        }
    }

    private void Require(string? breach)
    {
        if (breach is not null)
        {
            throw cluster.Failure(breach);
        }
    }

    private void Remember(CommittedTransaction transaction)
    {
        _log[transaction.Version] = transaction.Changes;
        _order.Enqueue(transaction.Version);
        if (_order.Count > Remembered)
        {
            _log.Remove(_order.Dequeue());
        }
    }

    private void CheckAgreement(NodeProcess process, CommittedTransaction transaction)
    {
        if (!_log.TryGetValue(transaction.Version, out var known))
        {
            return;
        }

        var own = transaction.Changes;
        var differs = own.Count != known.Count;
        for (var i = 0; !differs && i < own.Count; i++)
        {
            differs = own[i].Change != known[i].Change || !own[i].Current.Equals(known[i].Current);
            Require(differs
                ? $"{process.Node.Name} has another entry {transaction.Version} than the manager that applied it first:"
                    + $"\n{own[i].Change} {own[i].Current}\n{known[i].Change} {known[i].Current}"
                : null);
        }

        Require(differs ? $"{process.Node.Name} has another entry {transaction.Version} than others" : null);
    }
}
