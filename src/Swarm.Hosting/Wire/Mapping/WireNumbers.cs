namespace Swarm.Hosting.Wire.Mapping;

/// <summary>
/// Numbers that are wider or signed differently on the wire; one that does not fit is refused with a
/// <see cref="SwarmException"/>.
/// </summary>
internal static class WireNumbers
{
    public static int ToInt32(this uint value, string field) =>
        value <= int.MaxValue ? (int)value : throw WireErrors.OutOfRange(field, value);

    public static int ToInt32(this ulong value, string field) =>
        value <= int.MaxValue ? (int)value : throw WireErrors.OutOfRange(field, value);

    public static long ToInt64(this ulong value, string field) =>
        value <= long.MaxValue ? (long)value : throw WireErrors.OutOfRange(field, value);

    public static uint ToUInt32(this int value, string field) =>
        value >= 0 ? (uint)value : throw WireErrors.OutOfRange(field, value);

    public static ulong ToUInt64(this long value, string field) =>
        value >= 0 ? (ulong)value : throw WireErrors.OutOfRange(field, value);
}
