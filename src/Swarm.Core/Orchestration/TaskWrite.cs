using Swarm.Orchestration.Restart;
using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>Creates a task, moves tasks' desired states forward, or removes a task; all of it or nothing.</summary>
internal sealed record TaskWrite : StoreWrite
{
    private TaskWrite()
    {
    }

    /// <summary>The new task; null for none.</summary>
    public SwarmTask? Created { get; private init; }

    /// <summary>The service as it was when <see cref="Created"/> was made from it.</summary>
    public Service? Owner { get; private init; }

    /// <summary>Tasks whose desired state moves forward.</summary>
    public IReadOnlyList<TaskId> Moved { get; private init; } = [];

    /// <summary>Where they move.</summary>
    public TaskState Target { get; private init; }

    /// <summary>The task that is taken out; empty for none.</summary>
    public TaskId Removed { get; private init; }

    /// <summary>When the new or kept task may start; in force once this is written.</summary>
    public DelayedStart? Start { get; init; }

    /// <summary>The slot in whose history the new task counts as a restart; null when it is none.</summary>
    public SlotKey? Restarted { get; init; }

    /// <summary>The delay of <see cref="Start"/> is a step of a growing one.</summary>
    public bool BacksOff { get; init; }

    public static TaskWrite Create(Service owner, SwarmTask task) => new() { Owner = owner, Created = task };

    public static TaskWrite Move(TaskId task, TaskState target) => Move([task], target);

    public static TaskWrite Move(IReadOnlyList<TaskId> tasks, TaskState target) =>
        new() { Moved = tasks, Target = target };

    public static TaskWrite Remove(TaskId task) => new() { Removed = task };

    /// <summary>Creates a task in place of others, which are shut down.</summary>
    public static TaskWrite Replace(Service owner, IReadOnlyList<TaskId> old, SwarmTask task) =>
        new() { Owner = owner, Created = task, Moved = old, Target = TaskState.Shutdown };

    public override bool TryApply(StoreTransaction transaction)
    {
        if (Owner is not null && !IsUnchanged(Owner, transaction.Services.Find(Owner.Key)))
        {
            return false;
        }

        foreach (var id in Moved)
        {
            if (transaction.Tasks.Find(id) is not { } task || task.DesiredState >= Target)
            {
                return false;
            }
        }

        if (!Removed.IsEmpty && transaction.Tasks.Find(Removed) is null)
        {
            return false;
        }

        Apply(transaction);
        return true;
    }

    private void Apply(StoreTransaction transaction)
    {
        foreach (var id in Moved)
        {
            transaction.Update(transaction.Tasks.Find(id)! with { DesiredState = Target });
        }

        if (Created is not null)
        {
            transaction.Create(Created);
        }

        if (!Removed.IsEmpty)
        {
            transaction.Remove(transaction.Tasks.Find(Removed)!);
        }
    }
}
