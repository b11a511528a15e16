using System.Globalization;

namespace Swarm.Tool.Stacks;

/// <summary>Spans of time as people say them.</summary>
internal static class HumanDuration
{
    public static string Format(TimeSpan duration)
    {
        var hours = (int)Math.Round(duration.TotalHours, MidpointRounding.AwayFromZero);
        return duration switch
        {
            { TotalSeconds: < 1 } => "Less than a second",
            { TotalSeconds: < 2 } => "1 second",
            { TotalSeconds: < 60 } => Count((int)duration.TotalSeconds, "seconds"),
            { TotalMinutes: < 2 } => "About a minute",
            { TotalMinutes: < 60 } => Count((int)duration.TotalMinutes, "minutes"),
            _ when hours == 1 => "About an hour",
            _ when hours < 48 => Count(hours, "hours"),
            _ when hours < 24 * 7 * 2 => Count(hours / 24, "days"),
            _ when hours < 24 * 30 * 2 => Count(hours / 24 / 7, "weeks"),
            _ when hours < 24 * 365 * 2 => Count(hours / 24 / 30, "months"),
            _ => Count((int)duration.TotalHours / 24 / 365, "years"),
        };
    }

    private static string Count(int number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {unit}");
}
