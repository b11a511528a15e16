namespace Swarm.Storage;

/// <summary>Work that goes on for as long as the store changes.</summary>
internal static class StoreFollowing
{
    /// <summary>Follows the store until cancelled.</summary>
    /// <param name="store">The store.</param>
    /// <param name="follow">
    /// Looks at the view of a subscription, then at its changes, without end. Called anew with another subscription
    /// when a snapshot came in place of the changes, or too many of them at once.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="onStartingOver">Told why it is called anew.</param>
    public static async Task FollowAsync(
        this ClusterStore store,
        Func<ChangeSubscription, CancellationToken, Task> follow,
        CancellationToken cancellationToken,
        Action<Exception>? onStartingOver = null)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var changes = store.Watch();
            try
            {
                await follow(changes, cancellationToken);
            }
            catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
            {
                // The history has gone; what there is now is enough.
                onStartingOver?.Invoke(exception);
            }
        }
    }
}
