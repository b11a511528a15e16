using System.Collections;

namespace Swarm.Storage;

/// <summary>The objects of one kind at one moment, by id and by name; enumerated in the order of their ids.</summary>
internal sealed class ObjectTable<T> : IEnumerable<T>
    where T : ClusterObject
{
    private readonly SortedTree<T> _objects;
    private readonly NameIndex _names;

    private ObjectTable(SortedTree<T> objects, NameIndex names)
    {
        _objects = objects;
        _names = names;
    }

    public static ObjectTable<T> Empty { get; } = new(SortedTree<T>.Create(item => item.Key), NameIndex.Empty);

    public int Count => _objects.Count;

    public T? Find(string id) => _objects.Find(IdRank.Of(id), id);

    /// <summary>Objects of that name without regard to case; more than one only for nodes with equal host names.</summary>
    public IEnumerable<T> FindAllByName(string name) => _names.Find(name).Select(id => Find(id)!);

    public T? FindByName(string name) => FindAllByName(name).FirstOrDefault();

    public IEnumerable<T> WithPrefix(string idPrefix)
    {
        var (low, high) = IdRank.OfPrefix(idPrefix);
        foreach (var item in _objects.From(low, high))
        {
            if (item.Key.StartsWith(idPrefix, StringComparison.Ordinal))
            {
                yield return item;
            }
        }
    }

    public SortedTree<T>.Enumerator GetEnumerator() => _objects.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => _objects.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _objects.AsEnumerable().GetEnumerator();

    public Builder ToBuilder() => new(this);

    /// <summary>The table inside a transaction.</summary>
    internal sealed class Builder(ObjectTable<T> table) : ITableBuilder
    {
        private readonly SortedTree<T>.Builder _objects = table._objects.ToBuilder();
        private readonly NameIndex.Builder _names = table._names.ToBuilder();

        public int Count => _objects.Count;

        public T? Find(string id) => _objects.Find(IdRank.Of(id), id);

        public IEnumerable<T> FindAllByName(string name) => _names.Find(name).Select(id => Find(id)!);

        public T? FindByName(string name) => FindAllByName(name).FirstOrDefault();

        /// <summary>All objects as they are now; not to be enumerated across changes of this table.</summary>
        public IEnumerable<T> All => _objects.ToImmutable().AsEnumerable();

        ClusterObject? ITableBuilder.Find(string id) => Find(id);

        public void Replace(ClusterObject? previous, ClusterObject? current)
        {
            if (current is T item)
            {
                _objects.Set(IdRank.Of(item.Key), item.Key, item);
            }
            else if (previous is not null)
            {
                _objects.Remove(IdRank.Of(previous.Key), previous.Key);
            }

            _names.Replace(previous, current);
        }

        public string? OwnerOfName(string name, string exceptId) =>
            _names.Find(name).FirstOrDefault(id => id != exceptId);

        public ObjectTable<T> ToImmutable() => new(_objects.ToImmutable(), _names.ToImmutable());
    }
}
