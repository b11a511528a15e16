namespace Swarm.Orchestration.Restart;

/// <summary>What the leader remembers of restarts; a new leader recovers it from the store.</summary>
internal sealed class RestartState
{
    public RestartHistory History { get; } = new();

    public DelayedStarts Starts { get; } = new();

    public RestartBackoff Backoff { get; } = new();

    /// <summary>Takes over what a write that has been committed asked to be remembered.</summary>
    public void Remember(TaskWrite write, DateTimeOffset now)
    {
        if (write.Start is { } start)
        {
            Starts.Arm(start);
        }

        if (write is { Restarted: { } slot, Created: { } replacement })
        {
            History.Add(slot, replacement, now);
            if (write is { BacksOff: true, Start: { } after })
            {
                Backoff.Note(slot, replacement.Id, after.NotBefore - replacement.Status.Timestamp);
            }
        }
    }
}
