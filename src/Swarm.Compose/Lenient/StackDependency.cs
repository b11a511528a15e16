namespace Swarm.Compose.Lenient;

/// <summary>What a service waits for before it is deployed.</summary>
/// <param name="Service">The service it waits for.</param>
/// <param name="Condition">How far that one must be.</param>
/// <param name="IsRequired">False when it may be missing.</param>
internal sealed record StackDependency(string Service, DependencyCondition Condition, bool IsRequired);

internal enum DependencyCondition
{
    /// <summary>Its tasks run.</summary>
    Started = 0,

    /// <summary>Its tasks run and are healthy.</summary>
    Healthy = 1,

    /// <summary>Its tasks have ended without an error.</summary>
    Completed = 2,
}
