namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Numbers that are wider or signed differently on the wire.</summary>
internal static class WireNumbers
{
    /// <exception cref="SwarmException">The number is larger than any that makes sense.</exception>
    public static int ToInt32(this uint value, string field) =>
        value <= int.MaxValue ? (int)value : throw WireErrors.OutOfRange(field, value);

    /// <exception cref="SwarmException">The number is larger than any that makes sense.</exception>
    public static int ToInt32(this ulong value, string field) =>
        value <= int.MaxValue ? (int)value : throw WireErrors.OutOfRange(field, value);

    /// <exception cref="SwarmException">The number is larger than any that makes sense.</exception>
    public static long ToInt64(this ulong value, string field) =>
        value <= long.MaxValue ? (long)value : throw WireErrors.OutOfRange(field, value);

    /// <exception cref="SwarmException">The number is negative.</exception>
    public static uint ToUInt32(this int value, string field) =>
        value >= 0 ? (uint)value : throw WireErrors.OutOfRange(field, value);

    /// <exception cref="SwarmException">The number is negative.</exception>
    public static ulong ToUInt64(this long value, string field) =>
        value >= 0 ? (ulong)value : throw WireErrors.OutOfRange(field, value);
}
