namespace Swarm.Allocation;

/// <summary>The outcome of asking for the ports of a service.</summary>
/// <param name="Ports">The ports with their numbers; empty when they could not be had.</param>
/// <param name="Problem">Why not; empty when they were.</param>
internal readonly record struct PortAllocation(ValueList<PortPublication> Ports, string Problem)
{
    public bool Succeeded => Problem.Length == 0;
}
