namespace Swarm.Hosting.DockerApi;

internal static class TaskStateText
{
    private static readonly Dictionary<TaskState, string> Names = new()
    {
        [TaskState.New] = "new",
        [TaskState.Pending] = "pending",
        [TaskState.Assigned] = "assigned",
        [TaskState.Accepted] = "accepted",
        [TaskState.Preparing] = "preparing",
        [TaskState.Ready] = "ready",
        [TaskState.Starting] = "starting",
        [TaskState.Running] = "running",
        [TaskState.Complete] = "complete",
        [TaskState.Shutdown] = "shutdown",
        [TaskState.Failed] = "failed",
        [TaskState.Rejected] = "rejected",
        [TaskState.Remove] = "remove",
        [TaskState.Orphaned] = "orphaned",
    };

    private static readonly Dictionary<string, TaskState> States =
        Names.ToDictionary(n => n.Value, n => n.Key, StringComparer.OrdinalIgnoreCase);

    public static string Write(TaskState state) => Names.GetValueOrDefault(state, "unknown");

    public static TaskState Read(string text) => States.TryGetValue(text, out var state)
        ? state
        : throw DockerApiException.BadRequest($"Invalid desired-state filter: '{text}'");
}
