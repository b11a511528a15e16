using System.Net;

namespace Swarm.Docker.Engine;

/// <summary>The engine refused a request.</summary>
/// <param name="status">Its status.</param>
/// <param name="message">Its own words.</param>
internal sealed class EngineException(HttpStatusCode status, string message) : Exception(message)
{
    internal HttpStatusCode Status { get; } = status;
}

/// <summary>The engine does not answer, or went away while it did; it may be back soon.</summary>
internal sealed class EngineUnreachableException(string message, Exception? innerException = null)
    : IOException(message, innerException)
{
    /// <summary>In the words of the docker command.</summary>
    internal static EngineUnreachableException At(EngineAddress address, Exception innerException) => new(
        $"Cannot connect to the Docker daemon at {address}. Is the docker daemon running?", innerException);

    internal static EngineUnreachableException Silent(EngineAddress address, TimeSpan limit) => new(
        $"The Docker daemon at {address} did not answer within {limit.TotalSeconds:F0} s");

    internal static EngineUnreachableException Gone(EngineAddress address, Exception innerException) => new(
        $"The Docker daemon at {address} ended its answer too early: {innerException.Message}", innerException);
}
