using System.Collections.Immutable;

namespace Swarm.Net;

/// <summary>
/// Two data planes as one: the first takes what it can out of the hands of the second, which has every front end open
/// and so answers all that the first does not.
/// </summary>
/// <remarks>
/// For planes of the kernel before the user-space plane: packets come to the kernel first, so both can have the same
/// front end, and one that becomes the other's is closed at no time. The ports are also taken, for other programs.
/// </remarks>
/// <param name="first">The plane that is asked first; owned.</param>
/// <param name="second">The plane behind it; owned.</param>
public sealed class FallbackDataplane(IDataplane first, IDataplane second) : IDataplane
{
    /// <inheritdoc/>
    /// <remarks>A front end is a failure when neither plane could open it.</remarks>
    public async ValueTask<ApplyReport> ApplyAsync(MeshState state, CancellationToken cancellationToken)
    {
        // Whoever stands behind is there before the first one lets go.
        var behind = await second.ApplyAsync(state, cancellationToken);
        var ahead = await first.ApplyAsync(state, cancellationToken);
        var lacking = ahead.Failures.Select(failure => failure.Frontend).ToHashSet();
        return new ApplyReport([.. behind.Failures.Where(failure => lacking.Contains(failure.Frontend))]);
    }

    /// <inheritdoc/>
    /// <remarks>Of both planes together.</remarks>
    public ImmutableArray<BackendCounters> ReadCounters() =>
    [
        .. second.ReadCounters()
            .Concat(first.ReadCounters())
            .GroupBy(each => (each.Frontend, each.Backend.Address, each.Backend.Port))
            .Select(each => each.Aggregate((one, other) => one with
            {
                ActiveConnections = one.ActiveConnections + other.ActiveConnections,
                TotalConnections = one.TotalConnections + other.TotalConnections,
                ConnectFailures = one.ConnectFailures + other.ConnectFailures,
            })),
    ];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await first.DisposeAsync();
        await second.DisposeAsync();
    }
}
