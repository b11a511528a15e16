namespace Swarm.Storage;

/// <summary>One set of an <see cref="IdSetIndex"/> while a transaction changes it.</summary>
internal struct IdSetEdit
{
    /// <summary>Ids that may wait outside of the tree: enough to fill half a leaf of it.</summary>
    private const int MaxRecent = 32;

    private readonly SortedTree<string> _ids;
    private IdEntry? _recent;
    private int _recentCount;
    private SortedTree<string>.Builder? _builder;

    public IdSetEdit(IdSet? set) => (_ids, _recent, _recentCount) = set?.Parts ?? (IdSet.NoIds, null, 0);

    public void Add(ulong rank, string id)
    {
        if (_builder is null && _recentCount < MaxRecent)
        {
            _recent = new IdEntry(rank, id, _recent);
            _recentCount++;
        }
        else
        {
            PutTogether().Set(rank, id, id);
        }
    }

    // A set that may have become empty has to be known exactly.
    public void Remove(ulong rank, string id) => PutTogether().Remove(rank, id);

    public SortedTree<string>.Range Read(ulong low, ulong high) => PutTogether().From(low, high);

    /// <summary>The set as it is now; null when it is empty.</summary>
    public readonly IdSet? ToSet(string key) =>
        _builder is null ? new IdSet(key, _ids, _recent, _recentCount)
        : _builder.Count == 0 ? null
        : new IdSet(key, _builder.ToImmutable(), null, 0);

    private SortedTree<string>.Builder PutTogether()
    {
        if (_builder is null)
        {
            _builder = _ids.ToBuilder();
            _recent?.AddTo(_builder);
            (_recent, _recentCount) = (null, 0);
        }

        return _builder;
    }
}
