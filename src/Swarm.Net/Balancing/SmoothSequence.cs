namespace Swarm.Net.Balancing;

/// <summary>
/// The order of smooth weighted round robin, made once per table: each turn everyone earns its weight, the richest is
/// next and pays the sum of all weights. So nobody gets its share in one burst.
/// </summary>
internal static class SmoothSequence
{
    /// <summary>Longest order; weights that need a longer one are scaled down.</summary>
    public const int MaxLength = 4096;

    public static BackendSlot[] Of(BackendSlot[] slots)
    {
        var weights = Reduce(slots);
        var total = weights.Sum();
        var wealth = new long[slots.Length];
        var order = new BackendSlot[total];
        for (var turn = 0; turn < order.Length; turn++)
        {
            var richest = 0;
            for (var i = 0; i < wealth.Length; i++)
            {
                wealth[i] += weights[i];
                richest = wealth[i] > wealth[richest] ? i : richest;
            }

            wealth[richest] -= total;
            order[turn] = slots[richest];
        }

        return order;
    }

    // At 4,096 back ends and more all weights become 1: the order is as long as there are back ends.
    private static long[] Reduce(BackendSlot[] slots)
    {
        var divisor = slots.Aggregate(0L, (divisor, slot) => Divisor(divisor, slot.Weight));
        var weights = Array.ConvertAll(slots, slot => slot.Weight / divisor);
        var total = weights.Sum();
        return total <= MaxLength
            ? weights
            : Array.ConvertAll(weights, weight => Math.Max(1, weight * Math.Max(MaxLength - slots.Length, 0) / total));
    }

    private static long Divisor(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
