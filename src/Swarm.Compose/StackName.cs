using System.Buffers;
using Swarm.Compose.Values;

namespace Swarm.Compose;

/// <summary>The rule for names of stacks.</summary>
internal static class StackName
{
    private static readonly SearchValues<char> Ignored = SearchValues.Create("\"' \t\r\n\v\f\u0085\u00A0");

    /// <summary>False when nothing is left without spaces and quotes.</summary>
    public static bool IsValid(string name) =>
        name.AsSpan().IndexOfAnyExcept(Ignored) >= 0 && !string.IsNullOrWhiteSpace(name);

    public static string Complaint(string name) => $"invalid stack name: {GoText.Quote(name)}";

    /// <exception cref="ArgumentException">The name is not valid.</exception>
    public static void ThrowIfInvalid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name))
        {
            throw new ArgumentException(Complaint(name), nameof(name));
        }
    }
}
