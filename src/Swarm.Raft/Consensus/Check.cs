using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Swarm.Raft.Consensus;

/// <summary>Checks that stay on in release builds.</summary>
internal static class Check
{
    /// <summary>Throws unless <paramref name="condition"/> holds.</summary>
    /// <param name="condition">What has to hold.</param>
    /// <param name="rule">The rule in words.</param>
    /// <param name="expression">The text of the condition.</param>
    /// <exception cref="RaftInvariantException">It does not hold.</exception>
    public static void That(
        [DoesNotReturnIf(false)] bool condition,
        string rule,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
        {
            Broken(rule, expression);
        }
    }

    [DoesNotReturn]
    private static void Broken(string rule, string expression) =>
        throw new RaftInvariantException($"{rule} (not so: {expression})");
}
