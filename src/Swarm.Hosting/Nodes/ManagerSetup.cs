using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Swarm.Scheduling;
using Swarm.Secrets;

namespace Swarm.Hosting.Nodes;

/// <summary>What every node of this process is made of.</summary>
internal record NodeSetup(
    TimeProvider Time,
    ILoggerFactory Loggers,
    System.Diagnostics.Metrics.IMeterFactory? Meters = null,
    MeshDataplane Dataplane = MeshDataplane.Userspace,
    bool Overlay = false)
{
    /// <summary>A source of randomness for delays and draws: it needs no secrecy, only that nodes differ.</summary>
    public Random NewRandom() => new(RandomNumberGenerator.GetInt32(int.MaxValue));
}

/// <summary>What a manager is made of that outlives the swarms it is in.</summary>
internal sealed record ManagerSetup(
    TimeProvider Time,
    ILoggerFactory Loggers,
    IReadOnlyList<ISchedulingFilter> Filters,
    IReadOnlyList<ISchedulingScorer> Scorers,
    SecretVault Secrets,
    System.Diagnostics.Metrics.IMeterFactory? Meters,
    MeshDataplane Dataplane,
    bool Overlay = false) : NodeSetup(Time, Loggers, Meters, Dataplane, Overlay);
