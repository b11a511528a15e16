namespace Swarm.Hosting.Nodes;

/// <summary>Managers of a swarm that goes on without them. They are workers, if they come back.</summary>
internal static class FormerManagers
{
    /// <summary>The node as a worker; null when it is one.</summary>
    public static Node? Demoted(Node node) =>
        node.Role == NodeRole.Manager || node.Spec.DesiredRole == NodeRole.Manager
            ? node with { Role = NodeRole.Worker, Spec = node.Spec with { DesiredRole = NodeRole.Worker } }
            : null;
}
