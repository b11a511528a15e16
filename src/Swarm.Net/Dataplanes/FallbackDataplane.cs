using System.Collections.Immutable;

namespace Swarm.Net;

/// <summary>Two data planes as one: what the first is not for is the second's.</summary>
/// <param name="first">The plane that serves what it is for; owned.</param>
/// <param name="isForFirst">Whether a virtual server is.</param>
/// <param name="second">The plane for all others; owned.</param>
public sealed class FallbackDataplane(
    IDataplane first,
    Func<VirtualServer, bool> isForFirst,
    IDataplane second) : IDataplane
{
    /// <inheritdoc/>
    /// <remarks>A front end that changes sides is closed before it is opened again.</remarks>
    public async ValueTask<ApplyReport> ApplyAsync(MeshState state, CancellationToken cancellationToken)
    {
        MeshStateRules.Require(state);
        var parts = state.Servers.ToLookup(isForFirst);
        var others = await second.ApplyAsync(new MeshState([.. parts[false]]), cancellationToken);
        var own = await first.ApplyAsync(new MeshState([.. parts[true]]), cancellationToken);
        return new ApplyReport([.. own.Failures, .. others.Failures]);
    }

    /// <inheritdoc/>
    public ImmutableArray<BackendCounters> ReadCounters() => [.. first.ReadCounters(), .. second.ReadCounters()];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await first.DisposeAsync();
        await second.DisposeAsync();
    }
}
