namespace Swarm.Execution;

/// <summary>The task cannot run on this node; its state becomes REJECTED.</summary>
/// <param name="message">Why, for the user.</param>
/// <param name="innerException">The cause.</param>
public sealed class TaskRejectedException(string message, Exception? innerException = null)
    : Exception(message, innerException);

/// <summary>The task ended or became unhealthy; its state becomes FAILED.</summary>
/// <param name="exit">How it ended.</param>
public sealed class TaskFailedException(TaskExit exit) : Exception(exit.Describe())
{
    /// <summary>How it ended.</summary>
    public TaskExit Exit { get; } = exit;
}

/// <summary>A fault that may pass: the agent tries the same step again after a second.</summary>
/// <param name="message">What went wrong; shown as the task's error meanwhile.</param>
/// <param name="innerException">The cause.</param>
public sealed class TransientExecutorException(string message, Exception? innerException = null)
    : Exception(message, innerException);
