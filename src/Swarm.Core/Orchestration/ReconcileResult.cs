namespace Swarm.Orchestration;

/// <summary>What a reconcile step found out.</summary>
/// <param name="Writes">What it wants written.</param>
/// <param name="DirtySlots">Slots that do not run what the service asks for; the rollout's business.</param>
/// <param name="HasMore">The step stopped at its limit and wants to be called again.</param>
internal sealed record ReconcileResult(
    IReadOnlyList<StoreWrite> Writes,
    IReadOnlyList<SlotKey> DirtySlots,
    bool HasMore = false);
