namespace Swarm.Raft.Storage.Files.InMemory;

/// <summary>The names in a directory as programs see them, and those that are safe.</summary>
internal sealed class InMemoryDirectory
{
    private readonly List<Action<SortedDictionary<string, InMemoryContent>>> _changes = [];
    private SortedDictionary<string, InMemoryContent> _safe = new(StringComparer.Ordinal);

    public SortedDictionary<string, InMemoryContent> Seen { get; private set; } = new(StringComparer.Ordinal);

    public void Set(string name, InMemoryContent content) => Apply(names => names[name] = content);

    public void Remove(string name) => Apply(names => names.Remove(name));

    public void Rename(string from, string to)
    {
        var content = Seen.TryGetValue(from, out var found)
            ? found
            : throw new FileNotFoundException("no such file", from);
        Apply(names =>
        {
            names.Remove(from);
            names[to] = content;
        });
    }

    public void Sync()
    {
        _safe = new(Seen, StringComparer.Ordinal);
        _changes.Clear();
    }

    /// <summary>Each change that is not safe is kept or lost, whatever becomes of those around it.</summary>
    public void LosePower(PowerLoss loss, Random random)
    {
        foreach (var change in _changes)
        {
            if (loss == PowerLoss.KeepsEverything || (loss == PowerLoss.TearsAtRandom && random.Next(2) == 0))
            {
                change(_safe);
            }
        }

        Seen = new(_safe, StringComparer.Ordinal);
        _changes.Clear();
    }

    private void Apply(Action<SortedDictionary<string, InMemoryContent>> change)
    {
        change(Seen);
        _changes.Add(change);
    }
}
