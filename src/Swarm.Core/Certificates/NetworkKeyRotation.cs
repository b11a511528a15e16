using Swarm.Storage;

namespace Swarm.Certificates;

/// <summary>SwarmKit's key manager: gives a new swarm its network keys, and replaces the oldest every twelve hours.</summary>
internal sealed class NetworkKeyRotation(ClusterStore store, RandomBytes random, TimeProvider time)
{
    /// <summary>Time between new keys (SwarmKit's number).</summary>
    public static readonly TimeSpan Period = TimeSpan.FromHours(12);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            // A leader that comes in between waits a whole period too: keys are not worth a write at each election.
            var isNew = store.Current.Cluster is { NetworkBootstrapKeys.IsEmpty: true };
            if (!isNew)
            {
                await Task.Delay(Period, time, cancellationToken);
            }

            await ChangeAsync(isNew, cancellationToken);
        }
    }

    private async Task ChangeAsync(bool isNew, CancellationToken cancellationToken)
    {
        try
        {
            await store.UpdateAsync(
                transaction =>
                {
                    if (transaction.Cluster is { } cluster)
                    {
                        transaction.Update(isNew
                            ? NetworkKeys.Begin(cluster, random)
                            : NetworkKeys.Rotate(cluster, random));
                    }
                },
                cancellationToken);
        }
        catch (SwarmException)
        {
            await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }
}
