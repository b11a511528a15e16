namespace Swarm.Storage;

/// <summary>Ids by name, without regard to case.</summary>
internal sealed class NameIndex
{
    // The separator sorts below every character of a name, so all owners of a name are neighbours.
    private const char Separator = '\0';

    private readonly SortedTree<Entry> _entries;

    private NameIndex(SortedTree<Entry> entries) => _entries = entries;

    public static NameIndex Empty { get; } = new(SortedTree<Entry>.Create(entry => entry.Key));

    /// <summary>Name under which an object is found: a node's host name, otherwise the name in its spec.</summary>
    public static string NameOf(ClusterObject value) => value switch
    {
        Service service => service.Spec.Name,
        Node node => node.Description?.Hostname ?? "",
        Network network => network.Spec.Name,
        Secret secret => secret.Spec.Name,
        Config config => config.Spec.Name,
        Volume volume => volume.Spec.Name,
        Resource resource => resource.Annotations.Name,
        Extension extension => extension.Annotations.Name,
        Cluster cluster => cluster.Spec.Name,
        _ => "",
    };

    public IReadOnlyList<string> Find(string name)
    {
        var prefix = Fold(name) + Separator;
        var (low, high) = IdRank.OfPrefix(prefix);
        return WithPrefix(_entries.From(low, high), prefix);
    }

    public Builder ToBuilder() => Builder.Of(this);

    private static List<string> WithPrefix(SortedTree<Entry>.Range entries, string prefix)
    {
        var ids = new List<string>();
        foreach (var entry in entries)
        {
            if (entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                ids.Add(entry.Id);
            }
        }

        return ids;
    }

    private static string Fold(string name) => name.ToUpperInvariant();

    private static string KeyOf(string name, string id) => Fold(name) + Separator + id;

    private sealed record Entry(string Key, string Id);

    internal sealed class Builder
    {
        private readonly SortedTree<Entry>.Builder _entries;

        private Builder(SortedTree<Entry> entries) => _entries = entries.ToBuilder();

        public static Builder Of(NameIndex index) => new(index._entries);

        public IReadOnlyList<string> Find(string name)
        {
            var prefix = Fold(name) + Separator;
            var (low, high) = IdRank.OfPrefix(prefix);
            return WithPrefix(_entries.From(low, high), prefix);
        }

        public void Replace(ClusterObject? previous, ClusterObject? current)
        {
            var (oldName, newName) = (Name(previous), Name(current));
            if (oldName == newName)
            {
                return;
            }

            if (oldName.Length > 0)
            {
                var key = KeyOf(oldName, previous!.Key);
                _entries.Remove(IdRank.Of(key), key);
            }

            if (newName.Length > 0)
            {
                var key = KeyOf(newName, current!.Key);
                _entries.Set(IdRank.Of(key), key, new Entry(key, current.Key));
            }
        }

        public NameIndex ToImmutable() => new(_entries.ToImmutable());

        private static string Name(ClusterObject? value) => value is null ? "" : NameOf(value);
    }
}
