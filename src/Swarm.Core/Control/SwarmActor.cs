namespace Swarm;

/// <summary>
/// On whose behalf the code at hand acts. What it changes in the swarm meanwhile carries the name, in
/// <see cref="ObjectChange.Actor"/> and in the events of the Docker API; it is not stored.
/// </summary>
public static class SwarmActor
{
    private static readonly AsyncLocal<string?> Name = new();

    /// <summary>Who acts; empty when nobody is named, as for what the swarm does by itself.</summary>
    public static string Current => Name.Value ?? "";

    /// <summary>Names the actor until what is returned is disposed of.</summary>
    /// <param name="actor">Who acts, such as <c>alice@example.org</c>; empty for nobody.</param>
    /// <returns>Ends it.</returns>
    public static IDisposable As(string actor)
    {
        var scope = new Scope(Name.Value);
        Name.Value = actor;
        return scope;
    }

    private sealed class Scope(string? before) : IDisposable
    {
        public void Dispose() => Name.Value = before;
    }
}
