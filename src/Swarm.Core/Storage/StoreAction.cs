namespace Swarm.Storage;

/// <summary>One change of one object, as it is written to the log.</summary>
/// <param name="Change">What happens.</param>
/// <param name="Object">The object, stamped; for a removal, as it last was.</param>
internal readonly record struct StoreAction(ChangeKind Change, ClusterObject Object);
