namespace Swarm.Net;

/// <summary>Networks that reach over machines, with addresses of their own.</summary>
public interface IOverlay : IAsyncDisposable
{
    /// <summary>
    /// Brings this machine to a state. The same state again changes nothing but what was not as it should be. What
    /// cannot be done is in the report, and does not keep the rest from being done.
    /// </summary>
    /// <param name="state">All that there is to be.</param>
    /// <param name="cancellationToken">Ends the wait for another call.</param>
    /// <returns>What there is now.</returns>
    /// <exception cref="ArgumentException">The state makes no sense, such as two networks with one VNI.</exception>
    ValueTask<OverlayReport> ApplyAsync(OverlayState state, CancellationToken cancellationToken);
}
