namespace Swarm.Hosting.DependencyInjection;

/// <summary>The manager of this process.</summary>
internal sealed record ManagerBlueprint(NodeBlueprint Node);

/// <summary>A worker of this process.</summary>
internal sealed record WorkerBlueprint(NodeBlueprint Node);
