namespace Swarm.Orchestration.Rollout;

/// <summary>
/// One run over the dirty slots of a service, from the first replaced task to the end of monitoring. Memory of the
/// leader: a new leader starts a run over the slots that are still dirty.
/// </summary>
internal sealed class RolloutRun
{
    private static readonly TimeSpan DefaultMonitor = TimeSpan.FromSeconds(5);

    public RolloutRun(Service service, IReadOnlyList<SlotKey> dirtySlots)
    {
        Service = service;
        IsRollback = service.RolloutStatus?.State == RolloutState.RollbackStarted;
        Policy = (IsRollback ? service.Spec.Rollback : service.Spec.Update) ?? UpdatePolicy.Default;
        Monitor = Policy.Monitor ?? DefaultMonitor;
        if (Policy.Delay >= Monitor)
        {
            // Failures must be watched until after the last pause, or the last tasks would not be watched at all.
            Monitor = Policy.Delay + TimeSpan.FromSeconds(1);
        }

        Deadline = ServicePolicies.Of(service).UpdateDeadline;
        Add(dirtySlots);
        Parallelism = Policy.Parallelism == 0 ? int.MaxValue : (int)Math.Min(Policy.Parallelism, int.MaxValue);
    }

    /// <summary>The service at the start; its spec is where the run leads.</summary>
    public Service Service { get; }

    public bool IsRollback { get; }

    public UpdatePolicy Policy { get; }

    public TimeSpan Monitor { get; }

    public int Parallelism { get; }

    /// <summary>How long a new task may take until it runs; null waits for ever.</summary>
    public TimeSpan? Deadline { get; }

    /// <summary>Dirty slots at the start: what the failure ratio refers to.</summary>
    public int SlotCount { get; set; }

    /// <summary>Slots whose turn has not come.</summary>
    public Queue<SlotKey> Waiting { get; } = [];

    /// <summary>Slots at work, by the task whose start they wait for.</summary>
    public Dictionary<TaskId, SlotKey> Active { get; } = [];

    /// <summary>Ends of the pauses after finished slots, in order.</summary>
    public Queue<DateTimeOffset> Resting { get; } = [];

    /// <summary>Tasks this run created, and when each was seen running.</summary>
    public Dictionary<TaskId, DateTimeOffset?> Created { get; } = [];

    /// <summary>Tasks of <see cref="Created"/> that failed.</summary>
    public HashSet<TaskId> Failed { get; } = [];

    /// <summary>Failures that nobody has acted on yet.</summary>
    public Queue<RolloutFailure> Unjudged { get; } = [];

    /// <summary>Tasks that have, or had, a place in <see cref="Deadlines"/>.</summary>
    public HashSet<TaskId> Awaited { get; } = [];

    /// <summary>When each new task must run at the latest, earliest first; some may run already.</summary>
    public Queue<(TaskId Task, DateTimeOffset Deadline)> Deadlines { get; } = [];

    /// <summary>No more slots: paused or rolled back.</summary>
    public bool IsHalted { get; set; }

    /// <summary>End of the watch over the last tasks; null while there are slots left.</summary>
    public DateTimeOffset? MonitorEnds { get; set; }

    public bool HasFreeWorker => Active.Count + Resting.Count < Parallelism;

    public bool IsDrained => Waiting.Count == 0 && Active.Count == 0 && Resting.Count == 0;

    /// <summary>When to look at the run again although nothing changed.</summary>
    public DateTimeOffset? Wake => IsHalted
        ? null
        : Earlier(
            Resting.TryPeek(out var end) ? end : MonitorEnds,
            Deadlines.TryPeek(out var first) ? first.Deadline : null);

    /// <summary>True while this run leads where the service wants to be.</summary>
    public bool IsFor(Service service) =>
        service.SpecVersion == Service.SpecVersion
        && service.Spec == Service.Spec
        && IsRollback == (service.RolloutStatus?.State is RolloutState.RollbackStarted or RolloutState.RollbackPaused)
        && !(IsHalted && service.RolloutStatus is null);

    /// <summary>Waits for a task of a slot to run.</summary>
    public void Await(SlotKey slot, SwarmTask task, DateTimeOffset since)
    {
        Active[task.Id] = slot;
        if (Deadline is { } deadline && Awaited.Add(task.Id))
        {
            Deadlines.Enqueue((task.Id, since + deadline));
        }
    }

    /// <summary>Adds slots that turned out dirty later, such as those of nodes that came back.</summary>
    public void Add(IReadOnlyList<SlotKey> slots)
    {
        var known = Waiting.Count + Active.Count == 0 ? [] : Waiting.Concat(Active.Values).ToHashSet();
        foreach (var slot in slots.Where(slot => !known.Contains(slot)))
        {
            Waiting.Enqueue(slot);
            SlotCount++;
            MonitorEnds = null;
        }
    }
    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other : one;
}
