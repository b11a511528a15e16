namespace Swarm.Storage;

/// <summary>What a transaction needs of every table, whatever the kind of its objects.</summary>
internal interface ITableBuilder
{
    ClusterObject? Find(string id);

    /// <summary>Puts an object in (no previous), replaces it, or takes it out (no current), in every index.</summary>
    void Replace(ClusterObject? previous, ClusterObject? current);

    /// <summary>Id of another object with that name; null when the name is free.</summary>
    string? OwnerOfName(string name, string exceptId);
}
