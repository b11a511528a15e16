namespace Swarm;

/// <summary>Counts of a service's tasks.</summary>
/// <param name="Running">Tasks that run.</param>
/// <param name="Desired">Tasks that should.</param>
/// <param name="Completed">Tasks of the current iteration that completed; only jobs.</param>
public readonly record struct ServiceStatus(long Running, long Desired, long Completed);

/// <summary>Progress of a service towards its spec.</summary>
/// <param name="Running">Up-to-date tasks that run.</param>
/// <param name="Desired">Tasks that should run.</param>
/// <param name="Converged">True once the service has been as wanted for its monitor period.</param>
/// <param name="Rollout">State of the rollout, if there is one.</param>
public sealed record ServiceProgress(long Running, long Desired, bool Converged, RolloutState Rollout);
