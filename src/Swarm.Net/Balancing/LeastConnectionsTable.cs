namespace Swarm.Net.Balancing;

/// <summary>
/// The fewest open connections. Few back ends are all looked at. Of many, one chosen at random and the better one of
/// the last time: nearly as good as the best, at a cost that does not grow (Mitzenmacher and others, Load balancing
/// with memory, FOCS 2002).
/// </summary>
internal sealed class LeastConnectionsTable(BackendSlot[] slots, PickCursor cursor, bool isWeighted) : PickTable
{
    private const int ScanLimit = 32;

    // Beside the slots, and not in them: so they are near at hand however many there are.
    private readonly int[] _weights = Array.ConvertAll(slots, slot => isWeighted ? slot.Weight : 1);
    private int _kept;

    public override BackendSlot Pick(in FlowKey flow)
    {
        var all = slots;
        var weights = _weights;
        if (all.Length <= ScanLimit)
        {
            return all[Scan(all, weights)];
        }

        var drawn = (int)Hashing.Scale(cursor.Random(), (uint)all.Length);
        var kept = _kept;
        var (drawnLoad, keptLoad) = (LoadOf(all[drawn]) * weights[kept], LoadOf(all[kept]) * weights[drawn]);

        // Which one is better is anybody's guess, the processor's too; so there is no branch. The mask is all ones
        // where the kept one is.
        var mask = (keptLoad - drawnLoad) >> 63;
        var both = drawn ^ kept;
        var chosen = drawn ^ (both & (int)mask);
        var load = drawnLoad ^ ((drawnLoad ^ keptLoad) & mask);
        var other = both ^ chosen;

        // The one that was not chosen is kept unless the chosen one is better even with this connection.
        var isStill = (load + weights[other] - (drawnLoad ^ keptLoad ^ load)) >> 63;
        _kept = other ^ (both & (int)isStill);
        return all[chosen];
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
