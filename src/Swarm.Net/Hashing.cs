namespace Swarm.Net;

/// <summary>Hashes that are the same in every process, as balancers have to agree.</summary>
internal static class Hashing
{
    private const ulong First = 0x9E37_79B9_7F4A_7C15;
    private const ulong Second = 0xD6E8_FEB8_6659_FD93;

    /// <summary>Two words to one; both halves of the product count.</summary>
    public static ulong Mix(ulong high, ulong low)
    {
        var product = Math.BigMul(high ^ First, low ^ Second, out var bottom);
        return Finish(product ^ bottom);
    }

    /// <summary>Spreads the bits of a word.</summary>
    public static ulong Finish(ulong word)
    {
        word ^= word >> 32;
        word *= Second;
        return word ^ (word >> 29);
    }

    /// <summary>A hash as a number below a bound, without a division.</summary>
    public static uint Scale(uint hash, uint bound) => (uint)(((ulong)hash * bound) >> 32);
}
