using Swarm.Testing.Tests.Simulated;

namespace Swarm.Testing.Tests.Defects;

/// <summary>Mistakes in updates, restarts, scaling down and cleaning up that the histories have to find.</summary>
internal static class KnownDefects
{
    private const string Orchestration = "Swarm.Orchestration.";

    public static IReadOnlyList<Defect> All { get; } =
    [
        new("start-first stops the old task first", Orchestration + "Rollout.SlotReplacement", "get_StartsFirst",
            HistoryKind.UpdatesOnly, Defect.False),
        new("stop-first starts the new task first", Orchestration + "Rollout.SlotReplacement", "get_StartsFirst",
            HistoryKind.UpdatesOnly, Defect.True),
        new("a replacement does not wait for the task before it", Orchestration + "Restart.DelayedStart", "HasStopped",
            HistoryKind.UpdatesOnly, Defect.True),
        new("updates that fail one after another leave a task each", Orchestration + "Rollout.SlotReplacement", "KeepOneOf",
            HistoryKind.UpdatesOnly, Defect.Nothing),
        new("an update never ends", Orchestration + "Rollout.RolloutPlanner", "IsOver",
            HistoryKind.UpdatesOnly, Defect.False),
        new("a newer spec does not interrupt an update", Orchestration + "Rollout.RolloutRun", "IsFor",
            HistoryKind.UpdatesOnly, Defect.True),
        new("tasks that end are not restarted", Orchestration + "Restart.RestartSupervisor", "IsCandidate",
            HistoryKind.Disturbed, Defect.False),
        new("no policy lets a task be restarted", Orchestration + "Restart.RestartSupervisor", "ShouldRestart",
            HistoryKind.Disturbed, Defect.False),
        new("tasks of lost nodes are not replaced", Orchestration + "NodeEligibility", "IsLost",
            HistoryKind.Disturbed, Defect.False),
        new("scaling down stops nothing", Orchestration + "Replicated.ReplicatedReconciler", "ScaleDown",
            HistoryKind.Disturbed, Defect.Nothing),
        new("tasks that were removed stay for ever", Orchestration + "TaskHistory", "IsGarbage",
            HistoryKind.Disturbed, Defect.False),
    ];
}
