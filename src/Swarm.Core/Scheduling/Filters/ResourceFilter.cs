using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes nodes with enough processor time, memory and generic resources left for the reservations.</summary>
internal sealed class ResourceFilter : ISchedulingFilter
{
    public string Name => "resource";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        predicate = task.Spec.Resources?.Reservations is { } wanted
            && (wanted.NanoCpus != 0 || wanted.MemoryBytes != 0 || !wanted.Generic.IsEmpty)
            ? new Reservation(wanted)
            : null;
        return predicate is not null;
    }

    public string Explain(int rejectedNodes) => $"insufficient resources on {NodeCount.Of(rejectedNodes)}";

    private sealed class Reservation(NodeResources wanted) : INodePredicate
    {
        private readonly long _nanoCpus = wanted.NanoCpus;
        private readonly long _memoryBytes = wanted.MemoryBytes;
        private readonly ValueList<GenericResource> _generic = wanted.Generic;

        public bool Admits(NodeView node) =>
            _nanoCpus <= node.FreeNanoCpus
            && _memoryBytes <= node.FreeMemoryBytes
            && (_generic.IsEmpty || node.HasGeneric(_generic));
    }
}
