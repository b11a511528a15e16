namespace Swarm.Execution;

/// <summary>What an image name stands for on a node that runs processes.</summary>
public sealed record ProcessImage
{
    /// <summary>
    /// The program: a name to be found in <c>PATH</c>, or a path; empty takes the task's command instead.
    /// </summary>
    public string Executable { get; init; } = "";

    /// <summary>Arguments that come before those of the task.</summary>
    public ValueList<string> Arguments { get; init; }

    /// <summary>Environment; the task's own entries win.</summary>
    public ValueList<EnvironmentVariable> Environment { get; init; }

    /// <summary>Working directory of tasks that name none; empty means a fresh directory per task.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Health check of tasks that bring none; null means none.</summary>
    public HealthCheck? HealthCheck { get; init; }

    /// <summary>Signal that asks the process to stop.</summary>
    /// <value>Default <c>SIGTERM</c>.</value>
    public string StopSignal { get; init; } = "SIGTERM";
}
