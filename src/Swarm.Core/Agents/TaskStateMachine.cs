using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>
/// Drives a task from its observed to its desired state, as SwarmKit's agents do. Pure: which step comes next, and what
/// the status is after the step succeeded or failed.
/// </summary>
internal static class TaskStateMachine
{
    private const int MaxErrorLength = 4096;
    private const string Interrupted = "it was stopped because its node stopped";

    public static TaskStep Next(TaskState desired, TaskState observed) => (desired, observed) switch
    {
        ( >= TaskState.Shutdown, >= TaskState.Complete) => TaskStep.None,
        ( >= TaskState.Shutdown, _) => TaskStep.Shutdown,
        _ when observed > desired => TaskStep.None,
        (_, TaskState.Preparing) => TaskStep.Prepare,
        (_, TaskState.Starting) => TaskStep.Start,
        (_, TaskState.Running) => TaskStep.Wait,
        _ when observed >= desired => TaskStep.None,
        (_, <= TaskState.Assigned) => TaskStep.Accept,
        (_, TaskState.Accepted) => TaskStep.BeginPreparing,
        (_, TaskState.Ready) => TaskStep.BeginStarting,
        _ => TaskStep.None,
    };

    public static SwarmTaskStatus AfterSuccess(SwarmTaskStatus status, TaskStep step, DateTimeOffset now)
    {
        var (state, message) = step switch
        {
            TaskStep.Accept => (TaskState.Accepted, "accepted"),
            TaskStep.BeginPreparing => (TaskState.Preparing, "preparing"),
            TaskStep.Prepare => (TaskState.Ready, "prepared"),
            TaskStep.BeginStarting => (TaskState.Starting, "starting"),
            TaskStep.Start => (TaskState.Running, "started"),
            TaskStep.Wait => (TaskState.Complete, "finished"),
            TaskStep.Shutdown => (TaskState.Shutdown, "shutdown"),
            _ => (status.State, status.Message),
        };

        return status with { State = state, Message = message, Error = "", Timestamp = now };
    }

    /// <summary>The status after a step threw; with the state unchanged, the step is to be tried again.</summary>
    public static SwarmTaskStatus AfterFailure(SwarmTaskStatus status, Exception error, DateTimeOffset now) =>
        error switch
        {
            OperationCanceledException => status,
            TransientExecutorException when status.Error == TextOf(error) => status,
            TransientExecutorException => status with { Error = TextOf(error), Timestamp = now },
            _ => status with
            {
                State = status.State < TaskState.Starting ? TaskState.Rejected : TaskState.Failed,
                Error = TextOf(error),
                Timestamp = now,
                Container = WithExitCode(status.Container, error),
            },
        };

    /// <summary>
    /// The status of a task that ran until its node stopped. It has failed whatever its exit code is: it was not asked
    /// whether it is done, so that neither a job may count it nor a restart policy take it for finished.
    /// </summary>
    public static SwarmTaskStatus AfterInterruption(SwarmTaskStatus status, TaskExit? exit, DateTimeOffset now)
    {
        var end = (exit ?? new(0)) with { Error = Interrupted };
        return status with
        {
            State = TaskState.Failed,
            Error = end.Describe(),
            Timestamp = now,
            Container = WithExitCode(status.Container, new TaskFailedException(end)),
        };
    }

    /// <summary>The status of a task that the executor has no controller for.</summary>
    public static SwarmTaskStatus AfterFailedResolution(SwarmTaskStatus status, Exception error, DateTimeOffset now) =>
        status.State > TaskState.Running
            ? status
            : status with
            {
                State = status.State < TaskState.Starting ? TaskState.Rejected : TaskState.Failed,
                Message = "resolving controller failed",
                Error = TextOf(error),
                Timestamp = now,
            };

    /// <summary>Whether an agent must act on a changed task; a change of status or version is its own echo.</summary>
    public static bool IsRelevantChange(SwarmTask current, SwarmTask changed) =>
        changed.DesiredState >= current.DesiredState && !IsSameToAgent(current, changed);

    /// <summary>Equal but for what agents report themselves and what the store stamps.</summary>
    public static bool IsSameToAgent(SwarmTask one, SwarmTask other) => one == other with
    {
        Status = one.Status,
        Version = one.Version,
        CreatedAt = one.CreatedAt,
        UpdatedAt = one.UpdatedAt,
    };

    private static ContainerStatus? WithExitCode(ContainerStatus? container, Exception error) =>
        error is TaskFailedException failure
            ? (container ?? new ContainerStatus("", 0, 0)) with { Pid = 0, ExitCode = failure.Exit.ExitCode }
            : container;

    private static string TextOf(Exception error) => error.Message switch
    {
        "" => error.GetType().Name,
        { Length: > MaxErrorLength } text => text[..MaxErrorLength],
        var text => text,
    };
}
