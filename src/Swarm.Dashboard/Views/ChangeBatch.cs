using Swarm.Storage;

namespace Swarm.Dashboard;

/// <summary>Changes of some time, of which only the last of each object counts.</summary>
internal sealed class ChangeBatch
{
    private readonly Dictionary<(ObjectKind Kind, string Key), ObjectChange> _last = [];

    public bool IsEmpty => _last.Count == 0;

    public ObjectVersion Version { get; private set; }

    /// <summary>Adds a transaction; false when nothing of it is shown.</summary>
    public bool Add(CommittedTransaction transaction)
    {
        Version = transaction.Version;
        var shown = false;
        foreach (var change in transaction.Changes)
        {
            if (change.Current.Kind is ObjectKind.Node or ObjectKind.Service or ObjectKind.Task or ObjectKind.Network)
            {
                _last[(change.Current.Kind, change.Current.Key)] = change;
                shown = true;
            }
        }

        return shown;
    }

    /// <summary>The batch as a document; the batch is empty afterwards.</summary>
    public ChangesDocument Take(ClusterView view)
    {
        var document = new ChangesDocument(
            Version.Index,
            Current<Node, NodeDocument>(ObjectViews.Of),
            Current<Service, ServiceDocument>(ObjectViews.Of),
            Current<SwarmTask, TaskDocument>(task => SnapshotView.TaskOf(view, task)),
            Current<Network, NetworkDocument>(ObjectViews.Of),
            _last.Values.Any(change => change.Change == ChangeKind.Removed)
                ? new GoneDocument(
                    Gone(ObjectKind.Node), Gone(ObjectKind.Service), Gone(ObjectKind.Task), Gone(ObjectKind.Network))
                : null);
        _last.Clear();
        return document;
    }

    private TDocument[]? Current<TObject, TDocument>(Func<TObject, TDocument> write)
        where TObject : ClusterObject
    {
        var found = _last.Values
            .Where(change => change.Change != ChangeKind.Removed)
            .Select(change => change.Current)
            .OfType<TObject>()
            .Select(write)
            .ToArray();
        return found.Length == 0 ? null : found;
    }

    private string[]? Gone(ObjectKind kind) => ObjectViews.Strings(_last.Values
        .Where(change => change.Change == ChangeKind.Removed && change.Current.Kind == kind)
        .Select(change => change.Current.Key));
}
