namespace Swarm.Dispatch;

/// <summary>Gets the value of a secret that a driver keeps.</summary>
internal interface ISecretFetcher
{
    /// <summary>The value for one task on one node.</summary>
    /// <returns>The value; <c>Reusable</c> is false when it is meant for this task alone.</returns>
    ValueTask<(ValueList<byte> Value, bool Reusable)> FetchAsync(
        Secret secret,
        SwarmTask task,
        Service? service,
        Node? node,
        CancellationToken cancellationToken);
}
