using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>Says of everything why it cannot be.</summary>
internal sealed class RefusingOverlay(string reason) : IOverlay
{
    public ValueTask<OverlayReport> ApplyAsync(OverlayState state, CancellationToken cancellationToken) => new(
        new OverlayReport([], [.. state.Members.Select(member => new OverlayFailure(member.Name, reason))]));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
