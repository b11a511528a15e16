using System.Buffers;
using System.Globalization;

namespace Swarm.Orchestration;

/// <summary>Durations as Go writes them: numbers with units, such as <c>1h30m</c> or <c>1.5s</c>.</summary>
internal static class DurationText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Seconds)[] Units =
    [
        ("ms", 0.001),
        ("s", 1),
        ("m", 60),
        ("h", 3_600),
    ];

    /// <summary>Reads a duration of at most a hundred years.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var seconds = 0.0;
        var rest = text.AsSpan();
        do
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0
                || !double.TryParse(
                    rest[..digits],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number)
                || !TryTakeUnit(rest[digits..], out rest, out var unit))
            {
                return false;
            }

            seconds += number * unit;
        }
        while (!rest.IsEmpty);

        if (seconds > TimeSpan.FromDays(36_500).TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>Writes a duration in the largest units that fit, such as <c>10m</c> or <c>1m30s</c>.</summary>
    public static string Of(TimeSpan duration)
    {
        var hours = (long)duration.TotalHours;
        var text = hours > 0 ? FormattableString.Invariant($"{hours}h") : "";
        text += duration.Minutes > 0 ? FormattableString.Invariant($"{duration.Minutes}m") : "";
        var seconds = duration.TotalSeconds % 60;
        return seconds > 0 || text.Length == 0 ? text + FormattableString.Invariant($"{seconds:0.###}s") : text;
    }

    private static bool TryTakeUnit(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest, out double seconds)
    {
        var length = text.IndexOfAny(Digits);
        var name = length < 0 ? text : text[..length];
        foreach (var (unit, value) in Units)
        {
            if (name.SequenceEqual(unit))
            {
                rest = text[name.Length..];
                seconds = value;
                return true;
            }
        }

        rest = default;
        seconds = 0;
        return false;
    }
}
