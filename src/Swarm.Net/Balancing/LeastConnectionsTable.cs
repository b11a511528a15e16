namespace Swarm.Net.Balancing;

/// <summary>
/// The fewest open connections. Few back ends are all looked at; of many, two chosen at random, because the better of
/// two is nearly as good as the best and the cost does not grow.
/// </summary>
internal sealed class LeastConnectionsTable(BackendSlot[] slots, PickCursor cursor, bool isWeighted) : PickTable
{
    private const int ScanLimit = 32;

    public override BackendSlot Pick(in FlowKey flow)
    {
        var bound = (uint)slots.Length;
        if (bound <= ScanLimit)
        {
            return Scan();
        }

        var random = cursor.Random();
        var first = slots[Hashing.Scale((uint)random, bound)];
        var second = slots[Hashing.Scale((uint)(random >> 32), bound)];
        return IsLess(second, first) ? second : first;
    }

    // Begins at another one each time, so that equals take turns.
    private BackendSlot Scan()
    {
        var turn = (int)cursor.Next((uint)slots.Length);
        var best = slots[turn];
        for (var i = 1; i < slots.Length; i++)
        {
            var index = turn + i;
            var slot = slots[index < slots.Length ? index : index - slots.Length];
            best = IsLess(slot, best) ? slot : best;
        }

        return best;
    }

    // Counting the connection that is about to be opened keeps idle ones of different weights apart.
    private bool IsLess(BackendSlot left, BackendSlot right) => isWeighted
        ? (left.ActiveConnections + 1) * right.Weight < (right.ActiveConnections + 1) * left.Weight
        : left.ActiveConnections < right.ActiveConnections;
}
