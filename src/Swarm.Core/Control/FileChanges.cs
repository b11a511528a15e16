using Swarm.Storage;

namespace Swarm.Control;

/// <summary>What creating, updating and removing a secret or config does to the store.</summary>
internal static class FileChanges
{
    public static T Create<T>(StoreTransaction transaction, FileKind<T> kind, T item)
        where T : ClusterObject
    {
        var name = kind.NameOf(item);
        return kind.In(transaction).FindByName(name) is null
            ? transaction.Create(item)
            : throw new SwarmException(SwarmErrorCode.AlreadyExists, $"{kind.Word} {name} already exists");
    }

    /// <summary>Replaces the labels; those that link versions stay.</summary>
    public static T Relabel<T>(
        StoreTransaction transaction,
        FileKind<T> kind,
        string id,
        ObjectVersion version,
        ValueDictionary<string> labels)
        where T : ClusterObject
    {
        var item = Find(transaction, kind, id);
        var kept = FileVersions.KeepLinks(kind.LabelsOf(item), labels);
        return transaction.Update(kind.With(item, kind.NameOf(item), kept) with { Version = version });
    }

    public static void Remove<T>(StoreTransaction transaction, FileKind<T> kind, string id)
        where T : ClusterObject
    {
        Rule.Require(!string.IsNullOrEmpty(id), $"{kind.Word} ID must be provided");
        var item = kind.In(transaction).Find(id)
            ?? throw SwarmException.NotFound($"could not find {kind.Word} {id}");
        var users = transaction.Services.All
            .Where(service => kind.IsUsedBy(service.Spec, id))
            .Select(service => service.Spec.Name)
            .ToArray();
        Rule.Require(
            users.Length == 0,
            $"{kind.Word} '{kind.NameOf(item)}' is in use by the following "
            + $"service{(users.Length == 1 ? "" : "s")}: {string.Join(", ", users)}");
        transaction.Remove(item);
    }

    public static T Find<T>(StoreTransaction transaction, FileKind<T> kind, string id)
        where T : ClusterObject =>
        kind.In(transaction).Find(id) ?? throw SwarmException.NotFound($"{kind.Word} {id} not found");

    /// <summary>The rule that content never changes.</summary>
    public static SwarmException OnlyLabels() =>
        SwarmException.InvalidArgument("only updates to Labels are allowed");
}
