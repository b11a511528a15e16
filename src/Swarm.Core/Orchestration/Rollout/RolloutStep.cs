namespace Swarm.Orchestration.Rollout;

/// <summary>What a step of a rollout came to.</summary>
/// <param name="Writes">What it wants written.</param>
/// <param name="IsCompleted">The run is over and may be forgotten.</param>
/// <param name="IsHalted">Failures stopped the run in this step.</param>
internal sealed record RolloutStep(IReadOnlyList<StoreWrite> Writes, bool IsCompleted, bool IsHalted);
