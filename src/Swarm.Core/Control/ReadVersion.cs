using Swarm.Storage;

namespace Swarm.Control;

/// <summary>
/// Which version of an object an update is for. A caller changes the spec that was read: only another spec since then
/// is a conflict, and not what the swarm itself has noted about the object.
/// </summary>
/// <remarks>
/// With SwarmKit a node that reports in at the wrong moment is enough (moby#39891). What became of the object is known
/// as long as the history of the store has it, which is memory of this manager; afterwards any change is a conflict.
/// </remarks>
internal static class ReadVersion
{
    /// <summary>The version to update a node at that was read at some version.</summary>
    public static ObjectVersion Of(StoreTransaction transaction, Node current, ObjectVersion read) =>
        Of<Node>(transaction, current, read, (before, after) => before.Spec == after.Spec);

    /// <summary>The version to update a service at that was read at some version.</summary>
    public static ObjectVersion Of(StoreTransaction transaction, Service current, ObjectVersion read) => Of<Service>(
        transaction,
        current,
        read,
        (before, after) => before.SpecVersion == after.SpecVersion && before.Spec == after.Spec);

    private static ObjectVersion Of<T>(
        StoreTransaction transaction,
        T current,
        ObjectVersion read,
        Func<T, T, bool> haveSameSpec)
        where T : ClusterObject =>
        transaction.ChangesSince(read, current) is { Count: > 0 } changes
        && changes.All(change => change.Previous is T before && haveSameSpec(before, (T)change.Current))
            ? current.Version
            : read;
}
