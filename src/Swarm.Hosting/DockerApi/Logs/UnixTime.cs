using System.Globalization;

namespace Swarm.Hosting.DockerApi;

/// <summary>Points in time of a query: seconds since 1970 with up to nine decimals, or an RFC 3339 date.</summary>
internal static class UnixTime
{
    public static DateTimeOffset? ReadOptional(string text, string field) => text switch
    {
        "" or "0" => null,
        _ => Read(text) ?? throw DockerApiException.BadRequest($"invalid value for \"{field}\": \"{text}\""),
    };

    public static long ToUnixNanoseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    private static DateTimeOffset? Read(string text)
    {
        if (decimal.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var seconds))
        {
            var ticks = (seconds * TimeSpan.TicksPerSecond) + DateTimeOffset.UnixEpoch.UtcTicks;
            return ticks >= DateTimeOffset.MinValue.UtcTicks && ticks <= DateTimeOffset.MaxValue.UtcTicks
                ? new DateTimeOffset((long)ticks, TimeSpan.Zero)
                : null;
        }

        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time)
            ? time
            : null;
    }
}
