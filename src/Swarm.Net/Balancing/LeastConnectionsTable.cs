namespace Swarm.Net.Balancing;

/// <summary>
/// The fewest open connections. Few back ends are all looked at; of many, the better one of two, of which one is next
/// in turn and the other is anyone: nearly as good as the best, at a cost that does not grow (Mitzenmacher, The power
/// of two choices, 2001).
/// </summary>
internal sealed class LeastConnectionsTable(BackendSlot[] slots, PickCursor cursor, bool isWeighted) : PickTable
{
    private const int ScanLimit = 32;

    // The weights are beside the slots, and not in them: so they are near at hand however many there are.
    private readonly Choice[] _choices =
        Array.ConvertAll(slots, slot => new Choice(slot, isWeighted ? slot.Weight : 1));

    public override BackendSlot Pick(in FlowKey flow)
    {
        var all = _choices;
        if (all.Length <= ScanLimit)
        {
            return Scan(all).Slot;
        }

        // They may meet, which does no harm.
        var one = (int)cursor.Next((uint)all.Length);
        var other = (int)Hashing.Scale(cursor.Random(), (uint)all.Length);
        ref readonly var left = ref all[one];
        ref readonly var right = ref all[other];

        // Which one is better is anybody's guess, the processor's too; so there is no branch. The mask is all ones
        // where the other one is.
        var mask = (int)(((right.Load * left.Weight) - (left.Load * right.Weight)) >> 63);
        return all[one ^ ((one ^ other) & mask)].Slot;
    }

    // Begins at another one each time, so that equals take turns.
    private Choice Scan(Choice[] all)
    {
        var turn = (int)cursor.Next((uint)all.Length);
        var best = all[turn];
        var load = best.Load;
        for (var i = turn + 1; i < all.Length; i++)
        {
            Consider(all[i]);
        }

        for (var i = 0; i < turn; i++)
        {
            Consider(all[i]);
        }

        return best;

        void Consider(in Choice other)
        {
            var itsLoad = other.Load;
            if (itsLoad * best.Weight < load * other.Weight)
            {
                (best, load) = (other, itsLoad);
            }
        }
    }

    private readonly record struct Choice(BackendSlot Slot, int Weight)
    {
        // Counting the connection that is about to be opened keeps idle ones of different weights apart.
        public long Load => Slot.ActiveConnections + 1;
    }
}
