using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>One atomic piece of what a step wants written.</summary>
internal abstract record StoreWrite
{
    /// <summary>
    /// Writes the piece, or drops it whole because the world has moved on since the step: false. Whatever moved comes
    /// as a change of its own, and a later step decides anew.
    /// </summary>
    public abstract bool TryApply(StoreTransaction transaction);

    /// <summary>True while the service still asks for what the step saw.</summary>
    protected static bool IsUnchanged(Service seen, Service? current) =>
        current is not null && current.SpecVersion == seen.SpecVersion && current.Spec == seen.Spec;
}
