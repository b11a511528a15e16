namespace Swarm.Hosting;

/// <summary>Where the Docker-compatible API listens.</summary>
public sealed class SwarmApiOptions
{
    /// <summary>
    /// Addresses such as <c>unix:///run/swarm.sock</c> and <c>tcp://127.0.0.1:2375</c>. Over TCP there is neither TLS
    /// nor authentication: whoever reaches it controls the node.
    /// </summary>
    /// <value>Default empty: the API listens nowhere.</value>
    public IList<string> Endpoints { get; } = [];
}
