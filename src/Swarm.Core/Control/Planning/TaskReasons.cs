using System.Globalization;
using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Says of any task why it does not run.</summary>
internal static class TaskReasons
{
    public static TaskExplanation Explain(ClusterView view, SwarmTask task)
    {
        var (cause, text) = Reason(view, task);
        var node = HostnameOf(view, task.NodeId);
        return new TaskExplanation(task.Id, cause, text)
        {
            Name = task.Slot > 0 || task.NodeId.IsEmpty
                ? string.Create(CultureInfo.InvariantCulture, $"{task.ServiceAnnotations.Name}.{task.Slot}")
                : $"{task.ServiceAnnotations.Name}.{node}",
            Node = node,
            State = task.Status.State,
            DesiredState = task.DesiredState,
        };
    }

    private static (TaskWaitCause Cause, string Text) Reason(ClusterView view, SwarmTask task) => task switch
    {
        { Status.State: > TaskState.Running } => (TaskWaitCause.Ended, Ended(task)),
        _ when !TaskGoal.IsWanted(task) => (TaskWaitCause.Ended, Ending(view, task)),
        { Status.State: TaskState.Running } => (TaskWaitCause.None, "runs"),
        { Status.State: TaskState.New } => (
            TaskWaitCause.Allocator,
            ErrorOr(task, "waits for its ports and addresses")),
        { Status: { State: TaskState.Pending, Error.Length: > 0 } } => (TaskWaitCause.Scheduler, task.Status.Error),
        { DesiredState: TaskState.Ready } => Held(view, task),
        { Status.State: TaskState.Pending } => (TaskWaitCause.Scheduler, "waits for the scheduler"),
        _ when Absent(view, task) is { } node => (TaskWaitCause.Node, node),
        { Status.State: TaskState.Assigned } => (
            TaskWaitCause.Node,
            ErrorOr(task, $"waits for {Name(view, task)} to accept it")),
        { Status.State: TaskState.Starting } => (
            TaskWaitCause.Executor,
            ErrorOr(task, $"starts on {Name(view, task)} and is not healthy yet")),
        _ => (TaskWaitCause.Executor, ErrorOr(task, $"is prepared on {Name(view, task)} ({task.Status.Message})")),
    };

    // READY is as far as it may go for now: something has to end first.
    private static (TaskWaitCause Cause, string Text) Held(ClusterView view, SwarmTask task)
    {
        var service = view.Services.Find(task.ServiceId.ToString());
        var others = service is null
            ? []
            : SlotKey.Of(task, service).TasksIn(view).Where(other => other.Id != task.Id).ToArray();
        var stopping = others.FirstOrDefault(other =>
            !TaskGoal.IsWanted(other) && other.Status.State is >= TaskState.Assigned and <= TaskState.Running);
        if (stopping is not null)
        {
            var cause = stopping.SpecVersion == task.SpecVersion ? TaskWaitCause.RestartDelay
                : TaskWaitCause.UpdateGate;
            return (cause, $"waits for task {stopping.Id} to stop");
        }

        var delay = DurationText.Of(task.Spec.Restart?.Delay ?? RestartPolicy.DefaultDelay);
        var last = others.MaxBy(other => other.Status.AppliedAt ?? other.Status.Timestamp);
        var why = last is { Status.Error.Length: > 0 } ? $" after task {last.Id}: {last.Status.Error}" : "";
        var since = task.CreatedAt.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        return service is not null && ServicePolicies.Of(service).RestartBackoff is { } limit
            ? (TaskWaitCause.RestartDelay, $"waits since {since} for a restart delay of {delay} to {DurationText.Of(limit)}{why}")
            : (TaskWaitCause.RestartDelay, $"waits since {since} for the restart delay of {delay}{why}");
    }

    private static string Ended(SwarmTask task) =>
        ErrorOr(task, task.Status.Message.Length > 0 ? task.Status.Message : "has ended");

    private static string Ending(ClusterView view, SwarmTask task)
    {
        var what = task.DesiredState == TaskState.Remove ? "is to be removed" : "is to stop";
        return Absent(view, task) is { } node ? $"{what}; {node}" : what;
    }

    private static string? Absent(ClusterView view, SwarmTask task)
    {
        if (task.NodeId.IsEmpty)
        {
            return null;
        }

        return view.Nodes.Find(task.NodeId.Value) switch
        {
            null => $"node {task.NodeId} is not in the swarm any more",
            { Status.State: NodeState.Ready } => null,
            var node => $"{Name(view, task)} is {node.Status.State.ToString().ToLowerInvariant()}"
                + (node.Status.Message.Length > 0 ? $" ({node.Status.Message})" : ""),
        };
    }

    private static string Name(ClusterView view, SwarmTask task) => $"node {HostnameOf(view, task.NodeId)}";

    private static string HostnameOf(ClusterView view, NodeId node) =>
        view.Nodes.Find(node.ToString())?.Description?.Hostname is { Length: > 0 } hostname
            ? hostname
            : node.ToString();

    private static string ErrorOr(SwarmTask task, string text) =>
        task.Status.Error.Length > 0 ? task.Status.Error : text;
}
