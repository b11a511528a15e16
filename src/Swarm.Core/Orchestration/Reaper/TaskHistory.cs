namespace Swarm.Orchestration;

/// <summary>Which tasks are no longer worth keeping.</summary>
internal static class TaskHistory
{
    /// <summary>True for a task that nobody needs any more, whatever the history limit.</summary>
    public static bool IsGarbage(SwarmTask task) =>
        task switch
        {
            { Status.State: >= TaskState.Orphaned, ServiceId.IsEmpty: true } => true,
            { DesiredState: TaskState.Remove } => task.Status.State is < TaskState.Assigned or >= TaskState.Complete,
            _ => false,
        };

    /// <summary>Tasks kept per slot, the running one included; negative keeps all.</summary>
    public static long LimitFor(Service service, Cluster? cluster) =>
        service.Spec.TaskTemplate.Restart is { MaxAttempts: > 0 and var attempts }
            ? (long)Math.Min(attempts, long.MaxValue - 1) + 1
            : (cluster?.Spec ?? new ClusterSpec()).TaskHistoryRetentionLimit;

    /// <summary>Chooses the tasks of a slot to delete: the oldest ended ones, as many as exceed the limit.</summary>
    /// <param name="tasks">Its tasks.</param>
    /// <param name="limit">How many to keep.</param>
    /// <param name="run">The current run of a job: what completed in it counts, and stays.</param>
    public static PrunedSlot Prune(IReadOnlyList<SwarmTask> tasks, long limit, JobStatus? run = null)
    {
        if (limit < 0 || tasks.Count <= limit)
        {
            return PrunedSlot.Clean;
        }

        var excess = tasks.Count - limit;
        var ended = new List<TaskId>();
        var living = 0;
        foreach (var task in tasks.OrderBy(LastReported).ThenBy(task => task.Id.Value, StringComparer.Ordinal))
        {
            if (ended.Count >= excess)
            {
                break;
            }

            if (HasEnded(task) && !Counts(task, run))
            {
                ended.Add(task.Id);
            }
            else
            {
                living++;
            }
        }

        return new(ended, LookAgain: living > 1 && ended.Count < excess);
    }

    private static bool Counts(SwarmTask task, JobStatus? run) =>
        run is not null && task.Status.State == TaskState.Complete && task.JobIteration == run.Iteration;

    public static bool HasEnded(SwarmTask task) =>
        task.Status.State > TaskState.Running
        || (task.Status.State < TaskState.Assigned && task.DesiredState > TaskState.Running);

    private static DateTimeOffset LastReported(SwarmTask task) => task.Status.AppliedAt ?? task.Status.Timestamp;
}

/// <summary>What to do about a slot's history.</summary>
/// <param name="Tasks">The tasks to delete.</param>
/// <param name="LookAgain">True when there are still too many because several live, as during an update.</param>
internal readonly record struct PrunedSlot(IReadOnlyList<TaskId> Tasks, bool LookAgain)
{
    public static PrunedSlot Clean { get; } = new([], LookAgain: false);
}
