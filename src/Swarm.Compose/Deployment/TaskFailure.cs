using System.Globalization;

namespace Swarm.Compose.Deployment;

/// <summary>A task that ended and is not going to be replaced.</summary>
internal sealed record TaskFailure(string Message)
{
    /// <summary>The first such task; null when every slot has a live task or none was ever there.</summary>
    public static TaskFailure? Find(IEnumerable<SwarmTask> tasks, bool ignoresCompletion)
    {
        foreach (var slot in tasks.GroupBy(task => (task.Slot, Node: task.Slot == 0 ? task.NodeId : default)))
        {
            var newest = slot.MaxBy(task => task.CreatedAt)!;
            var isOver =
                slot.All(task => task.DesiredState > TaskState.Running || task.Status.State > TaskState.Running);
            var hasFailed = newest.Status.State is TaskState.Failed or TaskState.Rejected
                || (!ignoresCompletion && newest.Status.State == TaskState.Complete);
            if (isOver && hasFailed && newest.DesiredState > TaskState.Running)
            {
                return new(Describe(newest));
            }
        }

        return null;
    }

    public void Throw() => throw new SwarmException(SwarmErrorCode.FailedPrecondition, Message);

    private static string Describe(SwarmTask task) => string.Create(
        CultureInfo.InvariantCulture,
        $"task {task.Name} ended and is not replaced: {(task.Status.Error is { Length: > 0 } error ? error : task.Status.State)}");
}
