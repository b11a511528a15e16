namespace Swarm.Scheduling;

/// <summary>Prefers some nodes to others among those that Docker's ranking holds equal.</summary>
/// <remarks>
/// Nodes are ranked by recent failures, then by active tasks of the service, then by the weighted sum of all scorers,
/// then by active tasks in total, then by id. Called by one thread at a time; must not block.
/// </remarks>
public interface ISchedulingScorer
{
    /// <summary>A short name, such as <c>free-memory</c>.</summary>
    string Name { get; }

    /// <summary>Factor by which the score is multiplied before it is added to those of other scorers.</summary>
    double Weight { get; }

    /// <summary>Rates a node for a task.</summary>
    /// <param name="task">The task, or one equal to it.</param>
    /// <param name="node">The node as it is now; valid during the call only.</param>
    /// <returns>The score; higher is better, usually 0 to 1. Not a number counts as worst.</returns>
    double Score(SwarmTask task, NodeView node);
}
