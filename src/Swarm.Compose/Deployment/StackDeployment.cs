namespace Swarm.Compose;

/// <summary>What a deployment did; full names of objects.</summary>
/// <param name="Created">New objects.</param>
/// <param name="Updated">Objects that changed.</param>
/// <param name="Unchanged">Objects that were as wanted already; they are not written.</param>
/// <param name="Removed">Services that were pruned.</param>
public sealed record StackDeployment(
    ValueList<string> Created,
    ValueList<string> Updated,
    ValueList<string> Unchanged,
    ValueList<string> Removed);
