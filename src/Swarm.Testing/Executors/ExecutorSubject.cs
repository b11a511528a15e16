using Swarm.Execution;

namespace Swarm.Testing.Executors;

/// <summary>An executor to be checked, and how tasks that the checks need are spelled for it.</summary>
public sealed class ExecutorSubject
{
    /// <summary>The executor. The checks leave nothing running on it.</summary>
    public required IExecutor Executor { get; init; }

    /// <summary>A task that runs until it is stopped, and obeys its stop signal at once.</summary>
    public required ContainerSpec RunsOn { get; init; }

    /// <summary>A task that ends by itself, at once.</summary>
    /// <remarks>The parameter is the exit code; a check asks for 0 and 7.</remarks>
    public required Func<int, ContainerSpec> EndsWith { get; init; }

    /// <summary>
    /// A task that writes the lines <c>one</c> and <c>two</c> to standard output and then ends with 0; null where tasks
    /// of this executor write nothing.
    /// </summary>
    public ContainerSpec? Writes { get; init; }

    /// <summary>
    /// A task that the executor cannot run, such as one of an image that does not exist; null where it can run any.
    /// </summary>
    public ContainerSpec? CannotRun { get; init; }

    /// <summary>Time for each check.</summary>
    /// <value>Default: 1 min.</value>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock that <see cref="Limit"/> goes by.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
