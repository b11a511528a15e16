using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Secrets;

/// <summary>
/// Brings the keys of a <see cref="LocalKeyProvider"/> to every manager, so that any of them can lead: each has a
/// secret
/// of the system with the keys encrypted for its certificate.
/// </summary>
internal sealed partial class KeyShares(ClusterStore store, LocalKeyProvider keys, ILogger logger)
{
    private const string NamePrefix = "swarm.secret-keys.";
    private const string CertificateLabel = "swarm.certificate";
    private const string KeyLabel = "swarm.key";

    /// <summary>Writes the shares that are missing or out of date, and removes those of former managers.</summary>
    /// <param name="self">The manager that leads; it needs no share of its own.</param>
    /// <param name="ids">Makes ids of secrets.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task GiveAsync(NodeId self, IIdGenerator ids, CancellationToken cancellationToken)
    {
        var view = store.Current;
        var managers = view.Nodes.Where(node => node.Role == NodeRole.Manager && node.Id != self).ToArray();
        foreach (var node in managers)
        {
            using var certificate = KeyShare.CertificateOf(node);
            if (certificate is null || IsUpToDate(view.Secrets.FindByName(NameFor(node.Id)), certificate))
            {
                continue;
            }

            var share = new SecretSpec
            {
                Name = NameFor(node.Id),
                Labels = LabelsFor(certificate),
                Data = new(KeyShare.Seal(certificate, keys.Export())),
            };
            await store.UpdateAsync(transaction =>
                Put(transaction, new SecretId(ids.Next()), share), cancellationToken);
            LogGiven(node.Id);
        }

        var wanted = managers.Select(node => NameFor(node.Id)).ToHashSet(StringComparer.Ordinal);
        var former = view.Secrets.Where(IsShare).Where(secret => !wanted.Contains(secret.Spec.Name)).ToArray();
        await store.BatchAsync(former, RemoveShare, cancellationToken);
    }

    /// <summary>Takes the keys that other managers share with this one, now and later; for every manager.</summary>
    /// <param name="self">This manager.</param>
    /// <param name="privateKey">The private key of its certificate as it is now (PKCS#8, PEM).</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task ReceiveAsync(NodeId self, Func<string> privateKey, CancellationToken cancellationToken)
    {
        using var changes = store.Watch();
        while (true)
        {
            Take(store.Current.Secrets.FindByName(NameFor(self)), privateKey);
            for (var mine = false; !mine;)
            {
                await changes.WaitAsync(cancellationToken);
                while (changes.TryRead(out var transaction))
                {
                    mine |= transaction.Changes.Any(change =>
                        change.Current is Secret secret && secret.Spec.Name == NameFor(self));
                }
            }
        }
    }

    /// <summary>The same for whatever a manager keeps its keys in; ends at once when they need not be shared.</summary>
    public static Task ReceiveAsync(
        SecretVault vault,
        ClusterStore store,
        NodeId self,
        Func<string> privateKey,
        ILoggerFactory loggers,
        CancellationToken cancellationToken) => vault.LocalKeys is { } keys
        ? new KeyShares(store, keys, loggers.CreateLogger<KeyShares>()).ReceiveAsync(self, privateKey,
            cancellationToken)
        : Task.CompletedTask;

    /// <summary>Takes the keys that are shared with this manager now, before it leads: its backup may have brought them.</summary>
    public static void Receive(
        SecretVault vault,
        ClusterStore store,
        NodeId self,
        Func<string> privateKey,
        ILoggerFactory loggers)
    {
        if (vault.LocalKeys is { } keys)
        {
            new KeyShares(store, keys, loggers.CreateLogger<KeyShares>())
                .Take(store.Current.Secrets.FindByName(NameFor(self)), privateKey);
        }
    }

    /// <summary>The keys of a manager for itself, as a secret without an id; null when they need not be shared.</summary>
    public static Secret? ShareFor(SecretVault vault, NodeId self, string chain)
    {
        if (vault.LocalKeys is not { } keys)
        {
            return null;
        }

        using var certificate = X509Certificate2.CreateFromPem(chain);
        return new Secret
        {
            Id = default,
            Spec = new SecretSpec
            {
                Name = NameFor(self),
                Labels = [new(CertificateLabel, KeyShare.FingerprintOf(certificate)), new(KeyLabel, keys.KeyId)],
                Data = new(KeyShare.Seal(certificate, keys.Export())),
            },
            Internal = true,
        };
    }

    private void Take(Secret? share, Func<string> privateKey)
    {
        if (share is not { Internal: true })
        {
            return;
        }

        try
        {
            if (keys.Import(KeyShare.Open(privateKey(), share.Spec.Data.AsSpan())))
            {
                LogTaken();
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or SwarmException)
        {
            // A share for a former certificate of this node; the leader replaces it.
            LogNotTaken(exception.Message);
        }
    }

    private bool IsUpToDate(Secret? share, X509Certificate2 certificate) =>
        share is { Internal: true } && share.Spec.Labels == LabelsFor(certificate);

    private ValueDictionary<string> LabelsFor(X509Certificate2 certificate) =>
        [new(CertificateLabel, KeyShare.FingerprintOf(certificate)), new(KeyLabel, keys.KeyId)];

    private static string NameFor(NodeId node) => NamePrefix + node;

    private static bool IsShare(Secret secret) =>
        secret.Internal && secret.Spec.Name.StartsWith(NamePrefix, StringComparison.Ordinal);

    private static void Put(StoreTransaction transaction, SecretId id, SecretSpec share)
    {
        if (transaction.Secrets.FindByName(share.Name) is { } known)
        {
            transaction.Update(known with { Spec = share, Internal = true });
        }
        else
        {
            transaction.Create(new Secret { Id = id, Spec = share, Internal = true });
        }
    }

    private static void RemoveShare(StoreTransaction transaction, Secret share)
    {
        if (transaction.Secrets.Find(share.Key) is not null)
        {
            transaction.Remove(share);
        }
    }

    [LoggerMessage(1723, LogLevel.Information, "The keys of secrets are shared with manager {NodeId}")]
    private partial void LogGiven(NodeId nodeId);

    [LoggerMessage(1724, LogLevel.Information, "Keys of secrets were taken from another manager")]
    private partial void LogTaken();

    [LoggerMessage(1725, LogLevel.Warning, "Keys of secrets could not be taken from another manager: {Reason}")]
    private partial void LogNotTaken(string reason);
}
