namespace Swarm;

/// <summary>What every stored object has in common. Objects are immutable and may be shared between threads.</summary>
public abstract record ClusterObject
{
    /// <summary>Version of the object, stamped by the store at each write; an update must name the current one.</summary>
    public ObjectVersion Version { get; init; }

    /// <summary>When the object was created, by the clock of the leader.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the object was last written, by the clock of the leader.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The object's id as text.</summary>
    public abstract string Key { get; }

    /// <summary>The kind of the object.</summary>
    public abstract ObjectKind Kind { get; }
}
