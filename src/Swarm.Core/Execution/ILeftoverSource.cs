namespace Swarm.Execution;

/// <summary>An executor whose tasks outlive the process of their node.</summary>
internal interface ILeftoverSource
{
    /// <summary>Ends and removes tasks of earlier processes of the node that nobody knows any more.</summary>
    Task RemoveLeftoversAsync(IReadOnlySet<TaskId> known, CancellationToken cancellationToken);
}
