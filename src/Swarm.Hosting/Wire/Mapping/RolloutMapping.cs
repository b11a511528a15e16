namespace Swarm.Hosting.Wire.Mapping;

/// <summary>How services change, and where a change or a job stands.</summary>
internal static class RolloutMapping
{
    public static Protos.UpdateConfig? ToWire(this UpdatePolicy? policy) => policy is null
        ? null
        : new()
        {
            Parallelism = policy.Parallelism,
            Delay = policy.Delay.ToWire(),
            FailureAction = (Protos.UpdateConfig.Types.FailureAction)policy.FailureAction,
            Monitor = policy.Monitor.ToWire(),
            MaxFailureRatio = policy.MaxFailureRatio,
            Order = (Protos.UpdateConfig.Types.UpdateOrder)policy.Order,
        };

    public static UpdatePolicy? ToRecord(this Protos.UpdateConfig? wire) => wire is null
        ? null
        : new()
        {
            Parallelism = wire.Parallelism,
            Delay = wire.Delay.ToSpan(),
            FailureAction = (FailureAction)wire.FailureAction,
            Monitor = wire.Monitor.ToOptionalSpan(),
            MaxFailureRatio = wire.MaxFailureRatio,
            Order = (UpdateOrder)wire.Order,
        };

    public static Protos.UpdateStatus? ToWire(this RolloutStatus? status) => status is null
        ? null
        : new()
        {
            State = (Protos.UpdateStatus.Types.UpdateState)status.State,
            StartedAt = status.StartedAt.ToWire(),
            CompletedAt = status.CompletedAt.ToWire(),
            Message = status.Message,
        };

    public static RolloutStatus? ToRecord(this Protos.UpdateStatus? wire) => wire is null
        ? null
        : new(
            (RolloutState)wire.State,
            wire.StartedAt.ToTime(),
            wire.CompletedAt.ToOptionalTime(),
            wire.Message);

    public static Protos.JobStatus? ToWire(this JobStatus? status) => status is null
        ? null
        : new() { JobIteration = status.Iteration.ToWire(), LastExecution = status.LastExecution.ToWire() };

    public static JobStatus? ToRecord(this Protos.JobStatus? wire) =>
        wire is null ? null : new(wire.JobIteration.ToRecord(), wire.LastExecution.ToTime());
}
