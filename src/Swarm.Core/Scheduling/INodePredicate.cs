namespace Swarm.Scheduling;

/// <summary>A filter prepared for one task.</summary>
public interface INodePredicate
{
    /// <summary>Tells whether a node can run the task.</summary>
    /// <param name="node">The node as it is now, with what was placed on it so far; valid during the call only.</param>
    /// <returns>True when it can.</returns>
    bool Admits(NodeView node);
}

/// <summary>A predicate whose answer cannot change by placing tasks on the node, so it is asked only once.</summary>
internal interface IFixedNodePredicate : INodePredicate;
