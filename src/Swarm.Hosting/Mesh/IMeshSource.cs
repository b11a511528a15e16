namespace Swarm.Hosting.Mesh;

/// <summary>Where a node learns what the mesh is.</summary>
internal interface IMeshSource
{
    /// <summary>News after a version, until the source ends or fails.</summary>
    /// <param name="version">What the node has; 0 for nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<MeshUpdate> WatchAsync(ulong version, CancellationToken cancellationToken);
}
