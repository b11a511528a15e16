namespace Swarm.Orchestration.Restart;

/// <summary>
/// The growing delays of slots whose tasks keep ending, for services that ask for them
/// (<see cref="ServiceLabels.RestartBackoff"/>). Memory of the leader; a new one goes by the history that is left of
/// the
/// slot.
/// </summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan FirstStep = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ServiceId, Dictionary<SlotKey, (TaskId Task, TimeSpan Delay)>> _services = [];

    /// <summary>The delay before the replacement of a task.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="task">The task that ended.</param>
    /// <param name="initial">The delay of the restart policy.</param>
    /// <param name="limit">The longest delay.</param>
    public TimeSpan DelayOf(SlotKey slot, SwarmTask task, TimeSpan initial, TimeSpan limit)
    {
        if (initial >= limit
            || !_services.TryGetValue(slot.Service, out var slots)
            || !slots.TryGetValue(slot, out var last)
            || last.Task != task.Id)
        {
            return initial;
        }

        var lifetime = (task.Status.AppliedAt ?? task.Status.Timestamp) - task.CreatedAt - last.Delay;
        if (lifetime >= limit)
        {
            return initial;
        }

        var next = last.Delay > TimeSpan.Zero ? last.Delay * 2 : FirstStep;
        return next < limit ? next : limit;
    }

    /// <summary>The delay noted for a replacement; null for one that has the delay of its policy.</summary>
    public TimeSpan? Find(SlotKey slot, TaskId replacement) =>
        _services.TryGetValue(slot.Service, out var slots)
        && slots.TryGetValue(slot, out var last)
        && last.Task == replacement
            ? last.Delay
            : null;

    /// <summary>Notes that a replacement starts after a delay.</summary>
    public void Note(SlotKey slot, TaskId replacement, TimeSpan delay)
    {
        if (!_services.TryGetValue(slot.Service, out var slots))
        {
            _services[slot.Service] = slots = [];
        }

        slots[slot] = (replacement, delay);
    }

    public void Forget(ServiceId service) => _services.Remove(service);

    /// <summary>Takes every task of a slot's newest spec but the first for a restart.</summary>
    public void Rebuild(SlotKey slot, IReadOnlyList<SwarmTask> tasks, TimeSpan limit)
    {
        var newest = tasks.Max(task => task.SpecVersion ?? default);
        var delay = TimeSpan.Zero;
        var restarts = 0;
        SwarmTask? last = null;
        foreach (var task in tasks
            .Where(task => (task.SpecVersion ?? default) == newest)
            .OrderBy(task => task.CreatedAt)
            .ThenBy(task => task.Version))
        {
            var initial = task.Spec.Restart?.Delay ?? RestartPolicy.DefaultDelay;
            delay = restarts++ <= 1 ? initial : delay > TimeSpan.Zero ? delay * 2 : FirstStep;
            delay = delay < limit ? delay : limit;
            last = task;
        }

        if (restarts > 1)
        {
            Note(slot, last!.Id, delay);
        }
    }
}
