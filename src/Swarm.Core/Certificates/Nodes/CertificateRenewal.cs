using Microsoft.Extensions.Logging;
using Swarm.Dispatch;

namespace Swarm.Certificates.Nodes;

/// <summary>
/// Keeps a node's certificate fresh. What the managers say in the node's session goes in through
/// <see cref="Observe"/>, <see cref="AdoptRoot"/> and <see cref="ManagersReachable"/>; what comes out is
/// <see cref="CurrentIdentity.Changed"/>.
/// </summary>
internal sealed partial class CertificateRenewal(
    CurrentIdentity current,
    IdentityFiles files,
    IAuthorityConnector connector,
    Random random,
    TimeProvider time,
    ILogger<CertificateRenewal> logger)
{
    // Timers have an end, and clocks are set: the plan is looked at again every day.
    private static readonly TimeSpan MaxSleep = TimeSpan.FromDays(1);

    private readonly ILogger _logger = logger;
    private readonly CertificateExchange _exchange = new(connector, random, time);
    private readonly RenewalSchedule _schedule = new(random);
    private readonly Pulse _wake = new();
    private readonly Lock _gate = new();
    private int _wanted;
    private int _reachable;
    private int _expectedRole = -1;

    /// <summary>Renews soon, whatever the plan says.</summary>
    public void Renew()
    {
        Interlocked.Exchange(ref _wanted, 1);
        _wake.Set();
    }

    /// <summary>Takes the node as the managers see it: asked to renew, or to have another role.</summary>
    public void Observe(Node node)
    {
        if (node.Spec.DesiredRole != current.Value.Role)
        {
            Interlocked.Exchange(ref _expectedRole, (int)node.Spec.DesiredRole);
            Renew();
        }
        else
        {
            Interlocked.Exchange(ref _expectedRole, -1);
            if (node.Certificate is { State: IssuanceState.Rotate })
            {
                Renew();
            }
        }
    }

    /// <summary>A session is open: what failed for want of a manager need not wait any longer.</summary>
    public void ManagersReachable()
    {
        Interlocked.Exchange(ref _reachable, 1);
        _wake.Set();
    }

    /// <summary>Trusts another root, as the session says, if the node's certificate leads to it.</summary>
    /// <returns>True when the root is trusted now.</returns>
    public bool AdoptRoot(string root)
    {
        if (root == current.Value.Root)
        {
            return true;
        }

        try
        {
            lock (_gate)
            {
                var identity = current.Value.WithRoot(root, time.GetUtcNow());
                files.SaveRoot(root);
                current.Replace(identity, current.Encryption);
            }

            LogRootChanged(current.Value.NodeId);
            return true;
        }
        catch (InvalidIdentityException exception)
        {
            LogRootRefused(exception, current.Value.NodeId);
            return false;
        }
    }

    /// <summary>Encrypts the node's key with another key of the swarm, if that is a newer one.</summary>
    /// <returns>Whether it was.</returns>
    /// <exception cref="InvalidIdentityException">There is no key file, or it is damaged.</exception>
    /// <exception cref="IOException">The disk does not answer.</exception>
    public bool Relock(KeyEncryptionKey key)
    {
        lock (_gate)
        {
            var before = current.Encryption;
            if (key.Key == before.Key || key.Version <= before.Version)
            {
                return false;
            }

            files.Relock(before, key);
            current.Replace(current.Value, key);
            LogRelocked(current.Value.NodeId, key.Key.IsEmpty ? "in the clear" : "encrypted with the unlock key");
            return true;
        }
    }

    /// <summary>Changes headers of others in the key file.</summary>
    /// <returns>The file as it is now.</returns>
    /// <exception cref="InvalidIdentityException">There is no key file, or it is damaged.</exception>
    public NodeKeyFile ChangeKeyFile(Func<NodeKeyFile, NodeKeyFile> change)
    {
        lock (_gate)
        {
            return files.ChangeKeyFile(current.Encryption.Key, change);
        }
    }

    /// <summary>The files of the identity as they are now.</summary>
    /// <exception cref="InvalidIdentityException">A file is missing or damaged.</exception>
    public ExportedIdentity Export()
    {
        lock (_gate)
        {
            return files.Export(current.Encryption.Key);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Plan();
        while (!cancellationToken.IsCancellationRequested)
        {
            var left = _schedule.DueAt - time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                await _wake.WaitAsync(left < MaxSleep ? left : MaxSleep, time, cancellationToken);
                TakeNews();
            }
            else
            {
                await RenewAsync(cancellationToken);
            }
        }
    }

    private void Plan() => _schedule.Plan(current.Value.NotBefore, current.Value.NotAfter, time.GetUtcNow());

    private void TakeNews()
    {
        if (Interlocked.Exchange(ref _reachable, 0) == 1)
        {
            _schedule.Reachable(time.GetUtcNow());
        }

        if (Interlocked.Exchange(ref _wanted, 0) == 1)
        {
            _schedule.Force(time.GetUtcNow());
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        // What was wanted until now is what happens now.
        Interlocked.Exchange(ref _wanted, 0);
        try
        {
            await RenewOnceAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _schedule.Failed(time.GetUtcNow());
            LogFailed(exception, current.Value.NodeId, current.Value.NotAfter);
            return;
        }

        var expected = Volatile.Read(ref _expectedRole);
        if (expected >= 0 && expected != (int)current.Value.Role)
        {
            // The managers have not come round to the change of role yet.
            _schedule.Failed(time.GetUtcNow());
            return;
        }

        Plan();
    }

    private async Task RenewOnceAsync(CancellationToken cancellationToken)
    {
        var self = current.Value;
        var issued = await _exchange.RequestAsync(
            self.Root,
            self,
            token: "",
            NodeAvailability.Active,
            cancellationToken);
        var identity = await IssuedIdentity.AcceptAsync(
            issued,
            current.Value.Root,
            self,
            _exchange,
            time,
            cancellationToken);

        // A worker's key is never encrypted, also when it was a manager's before; and whatever the swarm's key is when
        // it becomes a manager again is newer than none.
        KeyEncryptionKey? unlock = identity.Role == NodeRole.Manager
            ? await _exchange.GetUnlockKeyAsync(identity, cancellationToken)
            : null;
        Keep(identity, self, unlock);
        LogRenewed(identity.NodeId, identity.Role, identity.NotAfter);
    }

    // The session may have brought another root meanwhile, and the log another key.
    private void Keep(NodeIdentity identity, NodeIdentity self, KeyEncryptionKey? unlock)
    {
        lock (_gate)
        {
            var before = current.Encryption;
            var after = unlock is { } key ? before.Or(key) : KeyEncryptionKey.None;
            var root = current.Value.Root;
            var kept = identity.Root == self.Root && root != self.Root
                ? identity.WithRoot(root, time.GetUtcNow())
                : identity;
            if (kept.Root != root)
            {
                files.SaveRoot(kept.Root);
            }

            files.Save(kept, before, after);
            current.Replace(kept, after);
        }
    }

    [LoggerMessage(1730, LogLevel.Information, "Node {NodeId} has a new certificate as {Role} until {NotAfter}")]
    private partial void LogRenewed(NodeId nodeId, NodeRole role, DateTimeOffset notAfter);

    [LoggerMessage(1731, LogLevel.Warning, "The certificate of node {NodeId}, which ends at {NotAfter}, was not renewed")]
    private partial void LogFailed(Exception exception, NodeId nodeId, DateTimeOffset notAfter);

    [LoggerMessage(1732, LogLevel.Information, "Node {NodeId} trusts the new root certificate of the swarm")]
    private partial void LogRootChanged(NodeId nodeId);

    [LoggerMessage(1734, LogLevel.Information, "The key of node {NodeId} is kept {How} now")]
    private partial void LogRelocked(NodeId nodeId, string how);

    [LoggerMessage(1733, LogLevel.Error, "Node {NodeId} does not trust the new root: its certificate leads elsewhere")]
    private partial void LogRootRefused(Exception exception, NodeId nodeId);
}
