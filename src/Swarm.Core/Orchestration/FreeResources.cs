namespace Swarm.Orchestration;

/// <summary>Whether a task's reservations fit into what a node has left.</summary>
internal enum ResourceFit
{
    /// <summary>They fit.</summary>
    Fits,

    /// <summary>There is too little processor time or memory.</summary>
    TooLarge,

    /// <summary>A user-defined resource that the task holds is gone.</summary>
    GenericMissing,
}

/// <summary>What is left of a node's resources while its tasks are counted one by one.</summary>
internal sealed class FreeResources(NodeResources total)
{
    private readonly Dictionary<string, long> _discrete = total.Generic
        .OfType<DiscreteResource>()
        .GroupBy(resource => resource.ResourceKind, StringComparer.Ordinal)
        .ToDictionary(kind => kind.Key, kind => kind.Sum(resource => resource.Amount), StringComparer.Ordinal);

    private readonly HashSet<NamedResource> _named = [.. total.Generic.OfType<NamedResource>()];
    private long _nanoCpus = total.NanoCpus;
    private long _memoryBytes = total.MemoryBytes;

    /// <summary>Takes a task's reservations away, if they fit.</summary>
    public ResourceFit TryClaim(SwarmTask task)
    {
        if (task.Spec.Resources?.Reservations is not { } wanted)
        {
            return ResourceFit.Fits;
        }

        if (wanted.NanoCpus > _nanoCpus || wanted.MemoryBytes > _memoryBytes)
        {
            return ResourceFit.TooLarge;
        }

        foreach (var held in task.AssignedGenericResources)
        {
            if (!TryClaim(held))
            {
                return ResourceFit.GenericMissing;
            }
        }

        _nanoCpus -= wanted.NanoCpus;
        _memoryBytes -= wanted.MemoryBytes;
        return ResourceFit.Fits;
    }

    private bool TryClaim(GenericResource held)
    {
        switch (held)
        {
            case NamedResource named:
                return _named.Remove(named);
            case DiscreteResource discrete when _discrete.GetValueOrDefault(held.ResourceKind) >= discrete.Amount:
                _discrete[held.ResourceKind] -= discrete.Amount;
                return true;
            default:
                return false;
        }
    }
}
