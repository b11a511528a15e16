using System.Globalization;

namespace Swarm.Execution.Processes;

/// <summary>Durations as Go prints them, such as <c>1m30s</c>, <c>500ms</c>.</summary>
internal static class GoDuration
{
    internal static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.FromSeconds(1))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.######}ms");
        }

        var seconds = string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds % 60:0.#######}s");
        var minutes = (long)duration.TotalMinutes;
        return minutes switch
        {
            0 => seconds,
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h{minutes % 60}m{seconds}"),
        };
    }
}
