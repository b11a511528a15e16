namespace Swarm.Net.Balancing;

/// <summary>
/// The fewest open connections. Few back ends are all looked at; of many, the better one of two chosen at random:
/// nearly as good as the best, at a cost that does not grow (Mitzenmacher, The power of two choices, 2001).
/// </summary>
internal sealed class LeastConnectionsTable(BackendSlot[] slots, PickCursor cursor, bool isWeighted) : PickTable
{
    private const int ScanLimit = 32;

    // Beside the slots, and not in them: so they are near at hand however many there are.
    private readonly int[] _weights = Array.ConvertAll(slots, slot => isWeighted ? slot.Weight : 1);

    public override BackendSlot Pick(in FlowKey flow)
    {
        var all = slots;
        var weights = _weights;
        if (all.Length <= ScanLimit)
        {
            return all[Scan(all, weights)];
        }

        // Two halves of one draw; they may meet, which does no harm.
        var draw = cursor.Random();
        var one = (int)Hashing.Scale((uint)draw, (uint)all.Length);
        var other = (int)Hashing.Scale((uint)(draw >> 32), (uint)all.Length);
        var (left, right) = (LoadOf(all[one]) * weights[other], LoadOf(all[other]) * weights[one]);

        // Which one is better is anybody's guess, the processor's too; so there is no branch. The mask is all ones
        // where the other one is.
        var mask = (int)((right - left) >> 63);
        return all[one ^ ((one ^ other) & mask)];
    }

    // Begins at another one each time, so that equals take turns.
    private int Scan(BackendSlot[] all, int[] weights)
    {
        var turn = (int)cursor.Next((uint)all.Length);
        var best = turn;
        var (load, weight) = (LoadOf(all[turn]), weights[turn]);
        for (var i = turn + 1; i < all.Length; i++)
        {
            Consider(i);
        }

        for (var i = 0; i < turn; i++)
        {
            Consider(i);
        }

        return best;

        void Consider(int i)
        {
            var other = LoadOf(all[i]);
            if (other * weight < load * weights[i])
            {
                (best, load, weight) = (i, other, weights[i]);
            }
        }
    }

    // Counting the connection that is about to be opened keeps idle ones of different weights apart.
    private static long LoadOf(BackendSlot slot) => slot.ActiveConnections + 1;
}
