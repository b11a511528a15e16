namespace Swarm.Compose.Conversion;

/// <summary>Capabilities that are added to and taken from a container.</summary>
internal static class Capabilities
{
    private const string All = "ALL";

    // Means "as by default" in an update; a stack file always says everything.
    private const string Reset = "RESET";

    /// <summary>Full names, sorted, without duplicates; what is added is not taken away.</summary>
    public static (List<string> Add, List<string> Drop) Effective(List<string> add, List<string> drop)
    {
        var added = Normalize(add);
        var dropped = Normalize(drop);
        return (
            [.. added.Where(name => name != Reset)],
            [.. dropped.Where(name => name != Reset && !added.Contains(name))]);
    }

    private static SortedSet<string> Normalize(List<string> names)
    {
        var normal = new SortedSet<string>(names.Select(Normalize), StringComparer.Ordinal);
        return normal.Contains(All) ? new(StringComparer.Ordinal) { All } : normal;
    }

    private static string Normalize(string name)
    {
        var upper = name.Trim().ToUpperInvariant();
        return upper is All or Reset || upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper : $"CAP_{upper}";
    }
}
