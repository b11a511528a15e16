namespace Swarm;

/// <summary>Why a service is not as it should be, at one moment.</summary>
public sealed record ServiceExplanation
{
    /// <summary>The service.</summary>
    public required ServiceId Service { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Tasks of the current spec that run; of a job, those that completed.</summary>
    public required long Running { get; init; }

    /// <summary>Tasks that should; of a job, all that are to complete.</summary>
    public required long Desired { get; init; }

    /// <summary>The update or rollback under way, or the last one; null when there was none.</summary>
    public RolloutStatus? Rollout { get; init; }

    /// <summary>The whole in one sentence for people, without a full stop.</summary>
    public required string Text { get; init; }

    /// <summary>The tasks that should run and do not, in the order of their slots; at most 100.</summary>
    public ValueList<TaskExplanation> Waiting { get; init; }

    /// <summary>Further tasks that should run and do not.</summary>
    public long More { get; init; }

    /// <summary>The last tasks that failed or were rejected, newest first, one for each text; at most 5.</summary>
    public ValueList<TaskExplanation> Failures { get; init; }
}
