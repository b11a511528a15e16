using Google.Protobuf.WellKnownTypes;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Times on the wire count nanoseconds, ours count 100 of them: what is finer is cut off.</summary>
internal static class WireTimes
{
    private const int NanosecondsPerTick = 100;
    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Longest duration that protobuf allows, in seconds: 10,000 years.</summary>
    private const long MaxDurationSeconds = 315_576_000_000;

    private static readonly long UnixEpochSeconds = DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerSecond;
    private static readonly long MaxTimestampSeconds =
        (DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond) - UnixEpochSeconds;

    /// <summary>The time, or none for the default value.</summary>
    public static Timestamp? ToWire(this DateTimeOffset time) =>
        time == default ? null : ToTimestamp(time.UtcTicks);

    /// <summary>The time, or none.</summary>
    public static Timestamp? ToWire(this DateTimeOffset? time) =>
        time is { } value ? ToTimestamp(value.UtcTicks) : null;

    /// <summary>The duration.</summary>
    /// <exception cref="SwarmException">It is longer than 10,000 years.</exception>
    public static Duration ToWire(this TimeSpan duration)
    {
        var seconds = duration.Ticks / TimeSpan.TicksPerSecond;
        return seconds is >= -MaxDurationSeconds and <= MaxDurationSeconds
            ? new Duration
            {
                Seconds = seconds,
                Nanos = (int)(duration.Ticks % TimeSpan.TicksPerSecond) * NanosecondsPerTick,
            }
            : throw WireErrors.OutOfRange("duration", duration);
    }

    /// <summary>The duration, or none.</summary>
    /// <exception cref="SwarmException">It is longer than 10,000 years.</exception>
    public static Duration? ToWire(this TimeSpan? duration) => duration?.ToWire();

    /// <summary>The time; the default value for none.</summary>
    /// <exception cref="SwarmException">It lies outside the years 1 to 9999, or is no time at all.</exception>
    public static DateTimeOffset ToTime(this Timestamp? time) => time?.ToOptionalTime() ?? default;

    /// <summary>The time, or none.</summary>
    /// <exception cref="SwarmException">It lies outside the years 1 to 9999, or is no time at all.</exception>
    public static DateTimeOffset? ToOptionalTime(this Timestamp? time)
    {
        if (time is null)
        {
            return null;
        }

        if (time.Seconds < -UnixEpochSeconds || time.Seconds > MaxTimestampSeconds
            || time.Nanos is < 0 or >= NanosecondsPerSecond)
        {
            throw WireErrors.OutOfRange("timestamp", $"{time.Seconds} s {time.Nanos} ns");
        }

        var ticks = ((time.Seconds + UnixEpochSeconds) * TimeSpan.TicksPerSecond) + (time.Nanos / NanosecondsPerTick);
        return new(ticks, TimeSpan.Zero);
    }

    /// <summary>The duration; zero for none.</summary>
    /// <exception cref="SwarmException">It is longer than 10,000 years, or no duration at all.</exception>
    public static TimeSpan ToSpan(this Duration? duration) => duration?.ToOptionalSpan() ?? TimeSpan.Zero;

    /// <summary>The duration, or none.</summary>
    /// <exception cref="SwarmException">It is longer than 10,000 years, or no duration at all.</exception>
    public static TimeSpan? ToOptionalSpan(this Duration? duration)
    {
        if (duration is null)
        {
            return null;
        }

        var (seconds, nanos) = (duration.Seconds, duration.Nanos);
        if (seconds is < -MaxDurationSeconds or > MaxDurationSeconds
            || nanos is <= -NanosecondsPerSecond or >= NanosecondsPerSecond
            || (seconds != 0 && nanos != 0 && seconds < 0 != nanos < 0))
        {
            throw WireErrors.OutOfRange("duration", $"{seconds} s {nanos} ns");
        }

        return new((seconds * TimeSpan.TicksPerSecond) + (nanos / NanosecondsPerTick));
    }

    private static Timestamp ToTimestamp(long ticks)
    {
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        return new() { Seconds = seconds - UnixEpochSeconds, Nanos = (int)rest * NanosecondsPerTick };
    }
}
