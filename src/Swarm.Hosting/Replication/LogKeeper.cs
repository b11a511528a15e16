using Microsoft.Extensions.Logging;
using Swarm.Certificates.Nodes;
using Swarm.Control;
using Swarm.Raft.Storage;
using Swarm.Storage;

namespace Swarm.Hosting.Replication;

/// <summary>
/// Keeps this manager's log as the settings of the swarm want it: how often there are snapshots, and which unlock key
/// the node's key lies under, and with it what opens the log. Runs on every manager, whoever leads; what does not
/// succeed is tried again.
/// </summary>
internal sealed partial class LogKeeper(
    ClusterStore store,
    ManagerLog log,
    CertificateRenewal renewal,
    TimeProvider time,
    ILogger<LogKeeper> logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = logger;

    public Task RunAsync(CancellationToken cancellationToken) => store.FollowAsync(FollowAsync, cancellationToken);

    /// <summary>Brings the files to what the swarm wants now.</summary>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        if (store.Current.Cluster is not { } cluster)
        {
            return;
        }

        log.Node.SnapshotInterval = cluster.Spec.Raft.SnapshotInterval;
        log.Node.LogEntriesForSlowFollowers = cluster.Spec.Raft.LogEntriesForSlowFollowers;
        log.KeepOldSnapshots = (int)Math.Min(cluster.Spec.Raft.KeepOldSnapshots, ClusterRules.MaxOldSnapshots);
        var key = cluster.Spec.AutoLockManagers ? cluster.UnlockKey : default;
        if (renewal.Relock(new KeyEncryptionKey(key, cluster.Version.Index)) && !key.IsEmpty)
        {
            // The key that was on the disk may be known to whoever the lock is against.
            renewal.Renew();
        }

        await log.SettleSecretsAsync(cancellationToken);
    }

    private async Task FollowAsync(ChangeSubscription changes, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!await TryApplyAsync(cancellationToken))
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
                continue;
            }

            for (var isDue = false; !isDue;)
            {
                await changes.WaitAsync(cancellationToken);
                while (changes.TryRead(out var transaction))
                {
                    isDue |= transaction.Changes.Any(change => change.Current is Cluster);
                }
            }
        }
    }

    private async Task<bool> TryApplyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ApplyAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or SwarmException or InvalidIdentityException
                or RaftStorageException)
        {
            LogNotApplied(exception);
            return false;
        }
    }

    [LoggerMessage(4220, LogLevel.Error, "The files of this manager are not under the unlock key of the swarm yet")]
    private partial void LogNotApplied(Exception exception);
}
