namespace Swarm.Orchestration.Restart;

/// <summary>How often each slot was restarted under its newest spec, for policies that limit attempts.</summary>
internal sealed class RestartHistory
{
    private readonly Dictionary<ServiceId, Dictionary<SlotKey, Record>> _services = [];

    /// <summary>Counts a replacement.</summary>
    public void Add(SlotKey slot, SwarmTask replacement, DateTimeOffset time)
    {
        if (replacement.Spec.Restart is not { MaxAttempts: > 0 } policy)
        {
            return;
        }

        if (!_services.TryGetValue(slot.Service, out var slots))
        {
            _services[slot.Service] = slots = [];
        }

        if (!slots.TryGetValue(slot, out var record) || record.SpecVersion != replacement.SpecVersion)
        {
            slots[slot] = record = new Record(replacement.SpecVersion);
        }

        record.Total++;
        if (policy.Window is { Ticks: > 0 } window)
        {
            record.Times.RemoveAll(earlier => earlier <= time - window);
            record.Times.Add(time);
        }
    }

    /// <summary>True while the policy of an ended task grants its slot another attempt.</summary>
    public bool AllowsAnother(SwarmTask task, SlotKey slot)
    {
        if (task.Spec.Restart is not { MaxAttempts: > 0 } policy
            || !_services.TryGetValue(slot.Service, out var slots)
            || !slots.TryGetValue(slot, out var record)
            || (task.SpecVersion is { } version && version != record.SpecVersion))
        {
            return true;
        }

        if (policy.Window is not { Ticks: > 0 } window)
        {
            return record.Total < policy.MaxAttempts;
        }

        // The manager's clock is trusted more than the agent's.
        var end = task.Status.AppliedAt ?? task.Status.Timestamp;
        return (ulong)record.Times.Count(time => time > end - window && time < end) < policy.MaxAttempts;
    }

    public void Forget(ServiceId service) => _services.Remove(service);

    /// <summary>Recovers the history of a slot from the tasks that are left of it.</summary>
    public void Rebuild(SlotKey slot, IReadOnlyList<SwarmTask> tasks)
    {
        var newest = tasks.Max(task => task.SpecVersion ?? default);
        foreach (var restart in tasks
            .Where(task => (task.SpecVersion ?? default) == newest)
            .OrderBy(task => task.CreatedAt)
            .ThenBy(task => task.Version)
            .Skip(1))
        {
            Add(slot, restart, restart.CreatedAt);
        }
    }

    private sealed class Record(ObjectVersion? specVersion)
    {
        public ObjectVersion? SpecVersion { get; } = specVersion;

        public ulong Total { get; set; }

        public List<DateTimeOffset> Times { get; } = [];
    }
}
