using System.Diagnostics;

namespace Swarm.Telemetry;

/// <summary>Names under which Swarm.Core reports, and its spans.</summary>
internal static class SwarmTelemetry
{
    public const string Name = "Swarm.Core";

    public static ActivitySource Source { get; } = new(Name);
}
