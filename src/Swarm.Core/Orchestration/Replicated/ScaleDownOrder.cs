namespace Swarm.Orchestration.Replicated;

/// <summary>Which slots stay when a service shrinks.</summary>
internal static class ScaleDownOrder
{
    /// <summary>
    /// The slots, those to keep first. Victims are slots in transition, then those on crowded nodes, then those that do
    /// not run, then the highest numbers.
    /// </summary>
    public static OccupiedSlot[] Sort(IEnumerable<OccupiedSlot> slots)
    {
        var copies = new Dictionary<NodeId, int>();
        var ranked = slots
            .OrderByDescending(slot => slot.IsRunning)
            .ThenBy(slot => slot.Number)
            .Select(slot => (Slot: slot, Copy: CopyOnItsNode(slot, copies)))
            .ToArray();

        // OrderBy is stable, so slots that are the n-th on their nodes keep the order above.
        return [.. ranked.OrderBy(item => item.Copy).Select(item => item.Slot)];
    }

    private static int CopyOnItsNode(OccupiedSlot slot, Dictionary<NodeId, int> copies)
    {
        if (slot.Node.IsEmpty)
        {
            return int.MaxValue;
        }

        return copies[slot.Node] = copies.GetValueOrDefault(slot.Node) + 1;
    }
}
