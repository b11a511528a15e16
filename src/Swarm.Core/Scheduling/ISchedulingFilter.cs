using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling;

/// <summary>Decides which nodes can run a task at all.</summary>
/// <remarks>
/// Called by one thread at a time. <see cref="TryBind"/> runs once per group of equal tasks, the predicate about once
/// per node. Must not block, and must give the same answers for the same input within one pass.
/// </remarks>
public interface ISchedulingFilter
{
    /// <summary>A short name for metrics and explanations as data, such as <c>host-port</c>.</summary>
    string Name { get; }

    /// <summary>Prepares the filter for a task and all tasks equal to it.</summary>
    /// <param name="task">The task.</param>
    /// <param name="predicate">Tells of each node whether it can run the task.</param>
    /// <returns>False when this filter has nothing to say about the task.</returns>
    bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate);

    /// <summary>Says in a few words why nodes were rejected; becomes part of the task's error.</summary>
    /// <param name="rejectedNodes">How many nodes this filter rejected; at least 1.</param>
    /// <returns>The words, such as <c>insufficient resources on 2 nodes</c>.</returns>
    string Explain(int rejectedNodes);
}
