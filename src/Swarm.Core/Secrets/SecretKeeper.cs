using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Swarm.Control;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Secrets;

/// <summary>
/// Keeps secrets as the settings want them: values that were stored in another form or under a former key are stored
/// anew, and versions of secrets and configs that nothing uses any more are removed.
/// </summary>
internal sealed partial class SecretKeeper(
    ClusterStore store,
    SecretVault vault,
    NodeId self,
    IIdGenerator ids,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var changes = store.Watch();
        while (true)
        {
            await ShareAsync(cancellationToken);
            await ResealAsync(cancellationToken);
            await CollectAsync(FileKinds.Secret, cancellationToken);
            await CollectAsync(FileKinds.Config, cancellationToken);
            for (var concerns = false; !concerns;)
            {
                await changes.WaitAsync(cancellationToken);
                while (changes.TryRead(out var transaction))
                {
                    concerns |= transaction.Changes.Any(Concerns);
                }
            }

            // Many changes in a row are looked at once.
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static bool Concerns(ObjectChange change) => change.Current switch
    {
        Secret or Config or Service => true,
        Node node => change.Previous is not Node before
            || before.Role != node.Role
            || before.Certificate != node.Certificate
            || change.Change == ChangeKind.Removed,
        SwarmTask task => change.Change == ChangeKind.Removed || task.Status.State > TaskState.Running,
        _ => false,
    };

    private async Task ShareAsync(CancellationToken cancellationToken)
    {
        if (vault.LocalKeys is not { } keys)
        {
            return;
        }

        try
        {
            await new KeyShares(store, keys, logger).GiveAsync(self, ids, cancellationToken);
        }
        catch (Exception exception) when (exception is SwarmException or CryptographicException)
        {
            LogNotShared(exception.Message);
        }
    }

    private async Task ResealAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var secret in store.Current.Secrets.Where(vault.IsOutdated).ToArray())
            {
                var value = await vault.OpenAsync(secret, cancellationToken);
                var data = await vault.SealAsync(secret.Id, value, cancellationToken);
                await store.UpdateAsync(
                    transaction => transaction.Update(secret with { Spec = secret.Spec with { Data = data } }),
                    cancellationToken);
                LogStoredAnew(secret.Spec.Name);
            }
        }
        catch (SwarmException exception)
        {
            // The next change of anything that matters here brings the next attempt.
            LogNotStoredAnew(exception.Message);
        }
    }

    private async Task CollectAsync<T>(FileKind<T> kind, CancellationToken cancellationToken)
        where T : ClusterObject
    {
        var view = store.Current;
        var former = kind.In(view)
            .Where(item => !FileVersions.IsNewest(kind, item))
            .Where(item => !kind.TasksUsing(view, item.Key).Any(task => task.Status.State <= TaskState.Running))
            .ToArray();
        if (former.Length == 0)
        {
            return;
        }

        var used = view.Services
            .SelectMany(service => new[] { service.Spec, service.PreviousSpec })
            .SelectMany(spec => UsedBy(kind, spec))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var item in former.Where(item => !used.Contains(item.Key)))
        {
            await store.UpdateAsync(transaction => RemoveUnused(transaction, kind, item.Key), cancellationToken);
            LogCollected(kind.NameOf(item), kind.Word);
        }
    }

    private static IEnumerable<string> UsedBy<T>(FileKind<T> kind, ServiceSpec? spec)
        where T : ClusterObject =>
        spec?.TaskTemplate.Workload is ContainerSpec container
            ? kind.UsedBy(container).Select(use => use.Id)
            : [];

    // Somebody may have begun to use it, or removed it, since the look.
    private static void RemoveUnused<T>(StoreTransaction transaction, FileKind<T> kind, string id)
        where T : ClusterObject
    {
        if (kind.In(transaction).Find(id) is { } item
            && !transaction.Services.All.Any(service =>
                kind.IsUsedBy(service.Spec, id) || kind.IsUsedBy(service.PreviousSpec, id)))
        {
            transaction.Remove(item);
        }
    }

    [LoggerMessage(1720, LogLevel.Information, "The value of secret {Secret} is stored anew")]
    private partial void LogStoredAnew(string secret);

    [LoggerMessage(1721, LogLevel.Warning, "Values of secrets could not be stored as configured: {Reason}")]
    private partial void LogNotStoredAnew(string reason);

    [LoggerMessage(1726, LogLevel.Warning, "The keys of secrets could not be shared with other managers: {Reason}")]
    private partial void LogNotShared(string reason);

    [LoggerMessage(1722, LogLevel.Information, "The former version {Name} of a {Kind} is unused and was removed")]
    private partial void LogCollected(string name, string kind);
}
