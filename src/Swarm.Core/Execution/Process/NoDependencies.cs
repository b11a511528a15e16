namespace Swarm.Execution.Processes;

/// <summary>For tasks that are only ended, and need nothing any more.</summary>
internal sealed class NoDependencies : ITaskDependencies
{
    internal static NoDependencies Instance { get; } = new();

    public NodeId NodeId => default;

    public NodeDescription Node { get; } = new();

    public Secret? FindSecret(SecretId id) => null;

    public Config? FindConfig(ConfigId id) => null;
}
