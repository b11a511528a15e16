using System.Globalization;
using Swarm.Storage;

namespace Swarm.Benchmarks.Storage;

/// <summary>A store with 10,000 nodes, which get new names.</summary>
internal sealed class NodeWorkload : IDisposable
{
    public const int Nodes = 10_000;

    private readonly Node[] _nodes = new StorageObjects().NewNodes(Nodes);
    private readonly Action<StoreTransaction> _createAll;
    private readonly Action<StoreTransaction> _updateAll;
    private readonly Action<StoreTransaction> _updateOne;
    private readonly ClusterStore _store = StorageObjects.NewStore();
    private int _next;

    private NodeWorkload()
    {
        _createAll = CreateAll;
        _updateAll = tx => Rename(tx, Nodes);
        _updateOne = tx => Rename(tx, 1);
        Run(_store.UpdateAsync(_createAll));
    }

    public ObjectTable<Node> Table => _store.Current.Nodes;

    public static NodeWorkload WithNodes() => new();

    /// <summary>10,000 nodes come into an empty store in one transaction.</summary>
    public void Create()
    {
        using var store = StorageObjects.NewStore();
        Run(store.UpdateAsync(_createAll));
    }

    /// <summary>10,000 nodes get new names in one transaction.</summary>
    public void Update() => Run(_store.UpdateAsync(_updateAll));

    /// <summary>One node gets a new name in a transaction of its own.</summary>
    public void UpdateTx() => Run(_store.UpdateAsync(_updateOne));

    public Node[] FindAll()
    {
        var found = new Node[Table.Count];
        var count = 0;
        foreach (var node in Table)
        {
            found[count++] = node;
        }

        return found;
    }

    public void Dispose() => _store.Dispose();

    private void CreateAll(StoreTransaction tx)
    {
        foreach (var node in _nodes)
        {
            tx.Create(node);
        }
    }

    private void Rename(StoreTransaction tx, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var node = tx.Nodes.Find(_nodes[_next % Nodes].Id.Value)!;
            var name = string.Create(CultureInfo.InvariantCulture, $"h{_next++}");
            tx.Update(node with
            {
                Spec = node.Spec with { Name = name },
                Description = node.Description! with { Hostname = name },
            });
        }
    }

    private static void Run(ValueTask work) => work.GetAwaiter().GetResult();
}
