using System.Globalization;
using Swarm.Scheduling;

namespace Swarm.Testing;

/// <summary>What a test cluster is made of.</summary>
public sealed class SwarmTestClusterOptions
{
    /// <summary>Managers; they run tasks, too.</summary>
    /// <value>1; 1 to 9.</value>
    public int Managers { get; set; } = 1;

    /// <summary>Workers.</summary>
    /// <value>0; at most 10,000.</value>
    public int Workers { get; set; }

    /// <summary>Everything that is left to chance comes from this number: the same seed gives the same history.</summary>
    /// <value>Null: what the environment variable <c>SWARM_SEED</c> says, else 1.</value>
    public int? Seed { get; set; }

    /// <summary>Settings of the swarm.</summary>
    /// <value>SwarmKit's defaults.</value>
    public ClusterSpec Spec { get; set; } = new();

    /// <summary>Whether managers run tasks from the start.</summary>
    /// <value><see cref="NodeAvailability.Active"/>: they do.</value>
    public NodeAvailability ManagerAvailability { get; set; } = NodeAvailability.Active;

    /// <summary>Entries of the log between snapshots.</summary>
    /// <value>10,000.</value>
    public ulong SnapshotInterval { get; set; } = 10_000;

    /// <summary>Entries before a snapshot that are kept for managers that are a little behind.</summary>
    /// <value>500.</value>
    public ulong LogEntriesForSlowFollowers { get; set; } = 500;

    /// <summary>Filters of the scheduler, asked after Docker's.</summary>
    public IReadOnlyList<ISchedulingFilter> Filters { get; set; } = [];

    /// <summary>Scorers of the scheduler.</summary>
    public IReadOnlyList<ISchedulingScorer> Scorers { get; set; } = [];

    /// <summary>The longest virtual time that a cluster may take to settle or to converge.</summary>
    /// <value>10 minutes.</value>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The command that plays the same again, for failures; null for the usual one.</summary>
    public string? ReplayCommand { get; set; }

    internal int DrawnSeed => Seed
        ?? (int.TryParse(Environment.GetEnvironmentVariable("SWARM_SEED"), CultureInfo.InvariantCulture, out var seed)
            ? seed
            : 1);

    internal static void Validate(SwarmTestClusterOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Managers, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Managers, 9, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Workers, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Workers, 10_000, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Patience, TimeSpan.Zero, nameof(options));
    }
}
