namespace Swarm;

/// <summary>Why a task does not run.</summary>
/// <param name="Task">The task.</param>
/// <param name="Cause">Who or what it waits for.</param>
/// <param name="Text">The same for people, in a sentence without a full stop.</param>
public sealed record TaskExplanation(TaskId Task, TaskWaitCause Cause, string Text)
{
    /// <summary>Its name for people, such as <c>web.2</c>; of a global service with the node in place of the slot.</summary>
    public string Name { get; init; } = "";

    /// <summary>Host name of its node, else the id; empty while it has none.</summary>
    public string Node { get; init; } = "";

    /// <summary>What its node says of it.</summary>
    public TaskState State { get; init; }

    /// <summary>What the managers want of it.</summary>
    public TaskState DesiredState { get; init; }
}

/// <summary>What a task waits for.</summary>
public enum TaskWaitCause
{
    /// <summary>Nothing: it runs.</summary>
    None = 0,

    /// <summary>Ports or addresses.</summary>
    Allocator = 1,

    /// <summary>A node that suits it.</summary>
    Scheduler = 2,

    /// <summary>Its node, which does not answer.</summary>
    Node = 3,

    /// <summary>The executor of its node: images, start, health.</summary>
    Executor = 4,

    /// <summary>The delay of the restart policy.</summary>
    RestartDelay = 5,

    /// <summary>The task before it in its slot, which has yet to stop, during an update.</summary>
    UpdateGate = 6,

    /// <summary>Nothing: it has ended, or is to end.</summary>
    Ended = 7,
}
