namespace Swarm.Storage;

/// <summary>Sets of task ids by key: the tasks of a service, on a node, in a state.</summary>
internal sealed class IdSetIndex
{
    private static readonly SortedTree<string> EmptySet = SortedTree<string>.Create(id => id);

    private readonly SortedTree<IdSet> _sets;

    private IdSetIndex(SortedTree<IdSet> sets) => _sets = sets;

    public static IdSetIndex Empty { get; } = new(SortedTree<IdSet>.Create(set => set.Key));

    public SortedTree<string> this[string key] => _sets.Find(IdRank.Of(key), key)?.Ids ?? EmptySet;

    public Builder ToBuilder() => new(this);

    private sealed record IdSet(string Key, SortedTree<string> Ids);

    internal sealed class Builder(IdSetIndex index)
    {
        private readonly Dictionary<string, SortedTree<string>.Builder> _open = new(StringComparer.Ordinal);
        private IdSetIndex _index = index;

        /// <summary>Ids of a set as it is now; not to be enumerated across changes of the index.</summary>
        public SortedTree<string>.Range Read(string key, ulong low = 0, ulong high = ulong.MaxValue) =>
            _open.TryGetValue(key, out var set) ? set.From(low, high) : _index[key].From(low, high);

        public void Add(string key, ulong rank, string id) => Open(key).Set(rank, id, id);

        public void Remove(string key, ulong rank, string id) => Open(key).Remove(rank, id);

        public IdSetIndex ToImmutable()
        {
            if (_open.Count == 0)
            {
                return _index;
            }

            var sets = _index._sets.ToBuilder();
            foreach (var (key, set) in _open)
            {
                if (set.Count == 0)
                {
                    sets.Remove(IdRank.Of(key), key);
                }
                else
                {
                    sets.Set(IdRank.Of(key), key, new IdSet(key, set.ToImmutable()));
                }
            }

            _open.Clear();
            return _index = new IdSetIndex(sets.ToImmutable());
        }

        private SortedTree<string>.Builder Open(string key)
        {
            if (!_open.TryGetValue(key, out var set))
            {
                _open.Add(key, set = _index[key].ToBuilder());
            }

            return set;
        }
    }
}
