namespace Swarm.Allocation.Addressing;

/// <summary>When somebody should be told that addresses run out.</summary>
internal static class FillLevel
{
    private static readonly int[] Levels = [90, 75];

    /// <summary>The highest level that is reached, in percent; 0 for none.</summary>
    /// <param name="used">Addresses in use.</param>
    /// <param name="size">Addresses there are.</param>
    public static int Of(UInt128 used, UInt128 size) =>
        Array.Find(Levels, level => size > 0 && Percent(size - UInt128.Min(used, size), size) <= (uint)(100 - level));

    // Subnets of IPv6 are too large to be multiplied.
    private static UInt128 Percent(UInt128 part, UInt128 whole) => whole > ulong.MaxValue
        ? (part + (whole / 100) - 1) / (whole / 100)
        : ((part * 100) + whole - 1) / whole;
}
