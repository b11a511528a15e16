namespace Swarm.Agents;

/// <summary>What an agent does next for a task.</summary>
internal enum TaskStep
{
    /// <summary>Nothing until the desired state changes.</summary>
    None,

    /// <summary>Take the task on.</summary>
    Accept,

    /// <summary>Announce the preparation.</summary>
    BeginPreparing,

    /// <summary>Prepare it.</summary>
    Prepare,

    /// <summary>Announce the start.</summary>
    BeginStarting,

    /// <summary>Start it.</summary>
    Start,

    /// <summary>Wait for its end.</summary>
    Wait,

    /// <summary>Stop it.</summary>
    Shutdown,
}
