namespace Swarm.Simulation.Tests;

/// <summary>Something happened that must never happen.</summary>
/// <param name="message">What.</param>
/// <param name="cause">The exception that showed it, if one did.</param>
internal sealed class SimulationFailure(string message, Exception? cause = null) : Exception(message, cause)
{
    public static void Unless(bool holds, string law)
    {
        if (!holds)
        {
            throw new SimulationFailure(law);
        }
    }
}
