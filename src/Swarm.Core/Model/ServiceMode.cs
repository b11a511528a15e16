namespace Swarm;

/// <summary>How many tasks a service has, and whether they are meant to end.</summary>
public abstract record ServiceMode
{
    private protected ServiceMode()
    {
    }

    /// <summary>True for the two job modes, whose tasks run to completion.</summary>
    public bool IsJob => this is ReplicatedJobMode or GlobalJobMode;
}

/// <summary>A fixed number of tasks.</summary>
/// <param name="Replicas">How many; not negative.</param>
public sealed record ReplicatedMode(long Replicas) : ServiceMode;

/// <summary>One task on every node that is eligible.</summary>
public sealed record GlobalMode : ServiceMode;

/// <summary>Tasks that run until enough of them have completed.</summary>
/// <param name="MaxConcurrent">How many may run at once.</param>
/// <param name="TotalCompletions">How many must complete.</param>
public sealed record ReplicatedJobMode(long MaxConcurrent, long TotalCompletions) : ServiceMode;

/// <summary>One task on every eligible node that runs to completion.</summary>
public sealed record GlobalJobMode : ServiceMode;
