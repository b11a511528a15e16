using Swarm.Storage;

namespace Swarm.Benchmarks.Storage;

/// <summary>Whom a published change concerns.</summary>
public enum FeedScope
{
    /// <summary>Each subscriber watches a node of its own; a change concerns one of them.</summary>
    Node,

    /// <summary>Each subscriber watches everything.</summary>
    Everything,
}

/// <summary>A change feed with subscribers that read what they are handed at once.</summary>
internal sealed class FeedWorkload
{
    private static readonly ClusterStore Store = StorageObjects.NewStore();

    private readonly ChangeFeed _feed = new(new ClusterStoreOptions().HistoryLimit);
    private readonly (ChangeSubscription Subscription, CommittedTransaction Transaction)[] _pairs;
    private readonly FeedScope _scope;
    private int _next;

    public FeedWorkload(int subscribers, FeedScope scope)
    {
        var objects = new StorageObjects();
        var task = objects.NewTask(0);
        _scope = scope;
        _pairs = [.. objects.NewNodes(subscribers).Select(node => (Subscribe(node), NewTransaction(task, node)))];
    }

    /// <summary>One change of one task is published and read by everybody whom it concerns.</summary>
    public void Publish()
    {
        _next = (_next + 1) % _pairs.Length;
        _feed.Publish(_pairs[_next].Transaction);
        if (_scope == FeedScope.Node)
        {
            Read(_pairs[_next].Subscription);
            return;
        }

        foreach (var (subscription, _) in _pairs)
        {
            Read(subscription);
        }
    }

    /// <summary>Fails when anybody got what does not concern them.</summary>
    public void ExpectNothingLeft()
    {
        foreach (var (subscription, _) in _pairs)
        {
            if (subscription.TryRead(out _))
            {
                throw new InvalidOperationException("a subscriber was handed a change that does not concern it");
            }
        }
    }

    private static void Read(ChangeSubscription subscription)
    {
        if (!subscription.TryRead(out _))
        {
            throw new InvalidOperationException("a subscriber was not handed the change");
        }
    }

    private ChangeSubscription Subscribe(Node node) => _feed.Subscribe(
        _scope == FeedScope.Node ? WatchScope.ForNode(node.Id) : WatchScope.All,
        Store,
        resumeFrom: null,
        limit: 1_000);

    private static CommittedTransaction NewTransaction(SwarmTask task, Node node)
    {
        var current = task with { NodeId = node.Id };
        return new(default, Store, [new ObjectChange(ChangeKind.Updated, current, current, default)]);
    }
}
