namespace Swarm.Storage;

/// <summary>Everything in the store at one moment. Immutable, read without locks, as cheap to keep as what changed since.</summary>
internal sealed class ClusterView
{
    public static ClusterView Empty { get; } = new();

    /// <summary>Version of the last transaction in it.</summary>
    public ObjectVersion Version { get; init; }

    public ObjectTable<Node> Nodes { get; init; } = ObjectTable<Node>.Empty;

    public ObjectTable<Service> Services { get; init; } = ObjectTable<Service>.Empty;

    public TaskTable Tasks { get; init; } = TaskTable.Empty;

    public ObjectTable<Network> Networks { get; init; } = ObjectTable<Network>.Empty;

    public ObjectTable<Secret> Secrets { get; init; } = ObjectTable<Secret>.Empty;

    public ObjectTable<Config> Configs { get; init; } = ObjectTable<Config>.Empty;

    public ObjectTable<Volume> Volumes { get; init; } = ObjectTable<Volume>.Empty;

    public ObjectTable<Resource> Resources { get; init; } = ObjectTable<Resource>.Empty;

    public ObjectTable<Extension> Extensions { get; init; } = ObjectTable<Extension>.Empty;

    public ObjectTable<Cluster> Clusters { get; init; } = ObjectTable<Cluster>.Empty;

    /// <summary>The one cluster object; null before the swarm is initialised.</summary>
    public Cluster? Cluster => Clusters.FirstOrDefault();
}
