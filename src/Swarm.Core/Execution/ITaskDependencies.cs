namespace Swarm.Execution;

/// <summary>What one task may use on its node; nothing of other tasks.</summary>
public interface ITaskDependencies
{
    /// <summary>The node that runs the task.</summary>
    NodeId NodeId { get; }

    /// <summary>The node's own description.</summary>
    NodeDescription Node { get; }

    /// <summary>
    /// A secret that the task references. Its value is overwritten when it is taken from this node: copy it, and ask
    /// again afterwards; the same instance means a good copy.
    /// </summary>
    /// <param name="id">Id of the secret.</param>
    /// <returns>The secret; null when it has not arrived or is not the task's.</returns>
    Secret? FindSecret(SecretId id);

    /// <summary>A config that the task references.</summary>
    /// <param name="id">Id of the config.</param>
    /// <returns>The config; null when it has not arrived or is not the task's.</returns>
    Config? FindConfig(ConfigId id);
}
