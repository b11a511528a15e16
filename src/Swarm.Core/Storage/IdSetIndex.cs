using System.Runtime.InteropServices;

namespace Swarm.Storage;

/// <summary>Sets of task ids by key: the tasks of a service, on a node, in a state.</summary>
internal sealed class IdSetIndex
{
    private readonly SortedTree<IdSet> _sets;

    private IdSetIndex(SortedTree<IdSet> sets) => _sets = sets;

    public static IdSetIndex Empty { get; } = new(SortedTree<IdSet>.Create(set => set.Key));

    public SortedTree<string> this[string key] => _sets.Find(IdRank.Of(key), key)?.Ids ?? IdSet.NoIds;

    public Builder ToBuilder() => new(this);

    /// <summary>The index inside a transaction.</summary>
    internal sealed class Builder(IdSetIndex index)
    {
        private readonly Dictionary<string, IdSetEdit> _open = new(StringComparer.Ordinal);
        private IdSetIndex _index = index;

        /// <summary>Ids of a set as it is now; not to be enumerated across changes of the index.</summary>
        public SortedTree<string>.Range Read(string key, ulong low = 0, ulong high = ulong.MaxValue)
        {
            ref var set = ref CollectionsMarshal.GetValueRefOrNullRef(_open, key);
            return System.Runtime.CompilerServices.Unsafe.IsNullRef(ref set)
                ? _index[key].From(low, high)
                : set.Read(low, high);
        }

        public void Add(string key, ulong rank, string id) => Open(key).Add(rank, id);

        public void Remove(string key, ulong rank, string id) => Open(key).Remove(rank, id);

        public IdSetIndex ToImmutable()
        {
            if (_open.Count == 0)
            {
                return _index;
            }

            var sets = _index._sets.ToBuilder();
            foreach (var (key, edit) in _open)
            {
                var rank = IdRank.Of(key);
                if (edit.ToSet(key) is { } set)
                {
                    sets.Set(rank, key, set);
                }
                else
                {
                    sets.Remove(rank, key);
                }
            }

            _open.Clear();
            return _index = new IdSetIndex(sets.ToImmutable());
        }

        private ref IdSetEdit Open(string key)
        {
            ref var set = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, key, out var isOpen);
            if (!isOpen)
            {
                set = new IdSetEdit(_index._sets.Find(IdRank.Of(key), key));
            }

            return ref set;
        }
    }
}
