using System.Diagnostics.CodeAnalysis;

namespace Swarm.Control;

/// <summary>A rule that input must keep.</summary>
internal static class Rule
{
    // Far beyond any use, and near enough to add to any date.
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(36_500);

    /// <summary>Refuses the input when the rule is broken.</summary>
    /// <exception cref="SwarmException">It is broken.</exception>
    public static void Require([DoesNotReturnIf(false)] bool kept, string text)
    {
        if (!kept)
        {
            throw SwarmException.InvalidArgument(text);
        }
    }

    /// <summary>Refuses a negative duration, and one that no clock could wait for.</summary>
    /// <exception cref="SwarmException">It is one of them.</exception>
    public static void RequireDuration(TimeSpan? duration, string name)
    {
        Require(duration is null || duration >= TimeSpan.Zero, $"{name} cannot be negative");
        Require(duration is null || duration <= LongestDuration, $"{name} cannot be longer than 100 years");
    }
}
