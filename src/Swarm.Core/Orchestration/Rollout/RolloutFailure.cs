namespace Swarm.Orchestration.Rollout;

/// <summary>A new task of a run that did not do what was hoped for.</summary>
/// <param name="Task">The task.</param>
/// <param name="Cause">What happened, as the messages of the rollout have it: <c>due to …</c>.</param>
internal readonly record struct RolloutFailure(TaskId Task, string Cause)
{
    /// <summary>It ended, in SwarmKit's words.</summary>
    public static RolloutFailure Ended(TaskId task) => new(task, $"due to failure or early termination of task {task}");

    /// <summary>It did not get up in time.</summary>
    public static RolloutFailure Stuck(TaskId task, TimeSpan deadline) =>
        new(task, $"due to task {task} not running within {DurationText.Of(deadline)}");
}
