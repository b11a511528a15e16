namespace Swarm.Orchestration;

/// <summary>Where tasks are meant to get: those of jobs complete, all others run.</summary>
internal static class TaskGoal
{
    public static TaskState Of(SwarmTask task) => task.JobIteration is null ? TaskState.Running : TaskState.Complete;

    /// <summary>True for a task that has not been told to end.</summary>
    public static bool IsWanted(SwarmTask task) => task.DesiredState <= Of(task);
}
