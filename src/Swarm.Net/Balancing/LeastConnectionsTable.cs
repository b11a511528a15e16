namespace Swarm.Net.Balancing;

/// <summary>
/// The fewest open connections. Few back ends are all looked at; of many, two chosen at random, because the better of
/// two is nearly as good as the best and the cost does not grow.
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

        var random = cursor.Random();
        var first = (int)Hashing.Scale((uint)(random >> 32), (uint)all.Length);
        var second = (int)Hashing.Scale((uint)random, (uint)all.Length);
        var (left, right) = (all[first], all[second]);
        return LoadOf(right) * weights[first] < LoadOf(left) * weights[second] ? right : left;
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
