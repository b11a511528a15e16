namespace Swarm.Execution;

/// <summary>The steps of a task in which a scripted task can hang.</summary>
public enum InMemoryStep
{
    /// <summary>None: nothing hangs.</summary>
    None = 0,

    /// <summary><see cref="ITaskController.PrepareAsync"/>.</summary>
    Prepare = 1,

    /// <summary><see cref="ITaskController.StartAsync"/>.</summary>
    Start = 2,

    /// <summary><see cref="ITaskController.ShutdownAsync"/>.</summary>
    Shutdown = 3,

    /// <summary><see cref="ITaskController.RemoveAsync"/>.</summary>
    Remove = 4,
}
