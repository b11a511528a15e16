using Swarm.Control;

namespace Swarm.Hosting.DockerApi;

/// <summary>Makes documents of plans, explanations and progress.</summary>
internal static class InsightWriter
{
    public static PlanDocument Write(ServicePlan plan) => new()
    {
        Kind = plan.Kind switch
        {
            ServicePlanKind.Create => "create",
            ServicePlanKind.Update => "update",
            ServicePlanKind.Nothing => "nothing",
            _ => "refused",
        },
        Conflicts = plan.Conflicts,
        TasksToStart = plan.TasksToStart,
        TasksToStop = plan.TasksToStop,
        SlotsToReplace = plan.SlotsToReplace,
        Placements = [.. plan.Placements.Select(placement =>
            new PlacementPreviewDocument(placement.Node.Value, placement.Hostname, placement.Tasks))],
        Unplaced = [.. plan.Unplaced.Select(shortage => new ShortageDocument(shortage.Tasks, shortage.Reason))],
    };

    public static ExplanationDocument Write(TaskExplanation explanation) => new()
    {
        Kind = "task",
        Id = explanation.Task.Value,
        Name = explanation.Name,
        Text = explanation.Text,
        Task = WriteTask(explanation),
    };

    public static ExplanationDocument Write(ServiceExplanation explanation) => new()
    {
        Kind = "service",
        Id = explanation.Service.Value,
        Name = explanation.Name,
        Text = explanation.Text,
        Service = new()
        {
            Running = explanation.Running,
            Desired = explanation.Desired,
            UpdateState = StateText(explanation.Rollout?.State),
            UpdateMessage = explanation.Rollout?.Message ?? "",
            Waiting = [.. explanation.Waiting.Select(WriteTask)],
            More = explanation.More,
            Failures = [.. explanation.Failures.Select(WriteTask)],
        },
    };

    public static ProgressDocument Write(ServiceProgress progress) => new()
    {
        Running = progress.Running,
        Desired = progress.Desired,
        UpdateState = StateText(progress.Rollout),
        Converged = progress.Converged,
    };

    private static TaskExplanationDocument WriteTask(TaskExplanation explanation) => new()
    {
        Id = explanation.Task.Value,
        Name = explanation.Name,
        Node = explanation.Node,
        State = TaskStateText.Write(explanation.State),
        DesiredState = TaskStateText.Write(explanation.DesiredState),
        Cause = explanation.Cause switch
        {
            TaskWaitCause.None => "none",
            TaskWaitCause.Allocator => "allocator",
            TaskWaitCause.Scheduler => "scheduler",
            TaskWaitCause.Node => "node",
            TaskWaitCause.Executor => "executor",
            TaskWaitCause.RestartDelay => "restart-delay",
            TaskWaitCause.UpdateGate => "update-gate",
            _ => "ended",
        },
        Text = explanation.Text,
    };

    private static string StateText(RolloutState? state) => state is { } known ? RolloutText.Write(known) ?? "" : "";
}
