namespace Swarm.Storage;

/// <summary>
/// The ids under one key of an <see cref="IdSetIndex"/>: a tree, and the few that were added since it was put together.
/// </summary>
/// <remarks>
/// A pass of the scheduler gives each of a thousand nodes one task per transaction. Copying a leaf of every node's tree
/// each time would cost a kilobyte per task; an id that waits for its fellows costs some forty bytes.
/// </remarks>
internal sealed class IdSet(string key, SortedTree<string> ids, IdEntry? recent, int recentCount)
{
    public static readonly SortedTree<string> NoIds = SortedTree<string>.Create(id => id);

    private SortedTree<string>? _whole = recent is null ? ids : null;

    public string Key => key;

    /// <summary>The whole set. The first reader puts it together; others may do so at the same time.</summary>
    public SortedTree<string> Ids
    {
        get
        {
            var whole = Volatile.Read(ref _whole);
            if (whole is null)
            {
                whole = recent!.AddTo(ids.ToBuilder()).ToImmutable();
                Volatile.Write(ref _whole, whole);
            }

            return whole;
        }
    }

    /// <summary>What the next transaction starts from.</summary>
    public (SortedTree<string> Ids, IdEntry? Recent, int RecentCount) Parts =>
        Volatile.Read(ref _whole) is { } whole ? (whole, null, 0) : (ids, recent, recentCount);
}

/// <summary>An id that entered a set, and those that did before it.</summary>
internal sealed class IdEntry(ulong rank, string id, IdEntry? earlier)
{
    /// <summary>Adds this id and all before it.</summary>
    public SortedTree<string>.Builder AddTo(SortedTree<string>.Builder ids)
    {
        for (var entry = this; entry is not null; entry = entry.Earlier)
        {
            ids.Set(entry.Rank, entry.Id, entry.Id);
        }

        return ids;
    }

    private ulong Rank => rank;

    private string Id => id;

    private IdEntry? Earlier => earlier;
}
