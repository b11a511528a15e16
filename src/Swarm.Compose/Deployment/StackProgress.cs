namespace Swarm.Compose;

/// <summary>A step of a deployment.</summary>
/// <param name="Step">What happens.</param>
/// <param name="Kind">To what kind of object.</param>
/// <param name="Name">Its full name.</param>
/// <param name="Service">Counts of a service that is waited for.</param>
public sealed record StackProgress(
    StackStep Step, ObjectKind Kind, string Name, ServiceProgress? Service = null);

/// <summary>What a deployment does with an object.</summary>
public enum StackStep
{
    /// <summary>It is new.</summary>
    Created = 0,

    /// <summary>It has changed.</summary>
    Updated = 1,

    /// <summary>It is as it should be already.</summary>
    Unchanged = 2,

    /// <summary>It left the files.</summary>
    Removed = 3,

    /// <summary>A service is on its way to what it should be.</summary>
    Waiting = 4,

    /// <summary>A service is what it should be, and stays so.</summary>
    Converged = 5,
}
