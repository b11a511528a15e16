namespace Swarm;

/// <summary>Progress of a rolling update or rollback.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="CompletedAt">When it completed; null while it runs, is paused or has failed.</param>
/// <param name="Message">Text for the user, in Docker's wording.</param>
public sealed record RolloutStatus(
    RolloutState State,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    string Message);
