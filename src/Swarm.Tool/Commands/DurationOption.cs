using System.CommandLine;
using Swarm.Compose.Syntax;

namespace Swarm.Tool.Commands;

/// <summary>An option whose value is a duration as Go writes it, such as <c>90s</c>.</summary>
internal static class DurationOption
{
    public static Option<TimeSpan?> Create(string name, string description, bool allowsZero = false) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = result =>
        {
            var text = result.Tokens is [var token] ? token.Value : "";
            if (GoDuration.TryParse(text, out var nanoseconds) && nanoseconds >= (allowsZero ? 0 : 1))
            {
                return TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
            }

            result.AddError($"{name}: '{text}' is not a duration such as 90s or 5m.");
            return null;
        },
    };
}
