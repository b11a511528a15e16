using Swarm.Secrets;

namespace Swarm.Dispatch;

/// <summary>Settings of a dispatcher; defaults are SwarmKit's.</summary>
internal sealed record DispatcherOptions
{
    /// <summary>The manager that runs the dispatcher; stamped into the statuses it writes.</summary>
    public NodeId NodeId { get; init; }

    /// <summary>Time between heartbeats while the store holds no cluster object.</summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Heartbeat periods vary from beat to beat by at most this, so that nodes do not beat together.</summary>
    public TimeSpan HeartbeatJitter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Periods without a heartbeat after which a node is down.</summary>
    public int GracePeriods { get; init; } = 3;

    /// <summary>Periods that nodes have to come back after a change of leadership.</summary>
    public int GracePeriodsUnknown { get; init; } = 6;

    /// <summary>Delay of the manager's own clockwork beyond which it blames itself and not the nodes for missed beats.</summary>
    public TimeSpan OwnStall { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Registrations of one node within <see cref="RegistrationWindow"/> that are accepted.</summary>
    public int MaxRegistrations { get; init; } = 3;

    /// <summary>Time after a registration until the count of registrations begins again.</summary>
    public TimeSpan RegistrationWindow { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Time for which statuses and assignments are collected while there is a steady stream of them. What comes after a
    /// quiet time is written or sent at once.
    /// </summary>
    public TimeSpan BatchInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Statuses that are written at once.</summary>
    public int MaxStatusBatch { get; init; } = 10_000;

    /// <summary>Assignment changes that are sent at once.</summary>
    public int MaxAssignmentBatch { get; init; } = 100;

    /// <summary>Time after which the tasks of a node that is down are given up.</summary>
    public TimeSpan OrphanAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Time until a write that the store refused is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Opens secrets, and knows the drivers that keep others.</summary>
    public SecretVault Secrets { get; init; } = SecretVault.Plain;

    /// <summary>Time a secret driver or a key provider has to answer.</summary>
    public TimeSpan SecretTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bounds of log streams.</summary>
    public LogBrokerOptions Logs { get; init; } = new();
}
