using System.Collections.Immutable;

namespace Swarm.Net;

/// <summary>What moves packets: brings the machine to a desired state and keeps it there.</summary>
public interface IDataplane : IAsyncDisposable
{
    /// <summary>
    /// Brings the plane to a state. The same state again does nothing but to try anew what failed; whoever keeps its
    /// front end keeps its clients.
    /// </summary>
    /// <param name="state">All that there is to be.</param>
    /// <param name="cancellationToken">Ends the wait for another call.</param>
    /// <returns>What could not be done; everything else is in effect.</returns>
    /// <exception cref="ArgumentException">The state makes no sense, such as a front end that is named twice.</exception>
    ValueTask<ApplyReport> ApplyAsync(MeshState state, CancellationToken cancellationToken);

    /// <summary>Counts, as of now.</summary>
    /// <returns>One entry per virtual server and back end.</returns>
    ImmutableArray<BackendCounters> ReadCounters();
}
