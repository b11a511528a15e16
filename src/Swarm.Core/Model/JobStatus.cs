namespace Swarm;

/// <summary>Where a job stands.</summary>
/// <param name="Iteration">Counts the runs of the job from 0; every update of the service starts a new one.</param>
/// <param name="LastExecution">When the current iteration was started.</param>
public sealed record JobStatus(ObjectVersion Iteration, DateTimeOffset LastExecution);
