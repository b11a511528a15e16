namespace Swarm.Net.Balancing;

/// <summary>
/// What a balancer remembers from pick to pick. Threads that pick at once may take the same turn, which does no harm
/// and is cheaper than to have them agree.
/// </summary>
internal sealed class PickCursor
{
    private uint _next;
    private uint _random;

    /// <summary>The next turn, below a bound.</summary>
    public uint Next(uint bound)
    {
        var turn = _next;
        if (turn >= bound)
        {
            turn = 0;
        }

        _next = turn + 1;
        return turn;
    }

    /// <summary>A number that looks like chance: a Weyl sequence, spread.</summary>
    public uint Random()
    {
        var product = (_random += 0x9E37_79B9) * 0xD6E8_FEB8_6659_FD93ul;
        return (uint)(product >> 32) ^ (uint)product;
    }
}
