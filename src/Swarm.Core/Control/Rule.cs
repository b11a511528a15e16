using System.Diagnostics.CodeAnalysis;

namespace Swarm.Control;

/// <summary>A rule that input must keep.</summary>
internal static class Rule
{
    /// <summary>Refuses the input when the rule is broken.</summary>
    /// <exception cref="SwarmException">It is broken.</exception>
    public static void Require([DoesNotReturnIf(false)] bool kept, string text)
    {
        if (!kept)
        {
            throw SwarmException.InvalidArgument(text);
        }
    }
}
